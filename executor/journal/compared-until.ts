// How far each market's trades have been compared with the exchange, so that a start goes on from there.
import type { DatabaseSync } from 'node:sqlite'

/** Unix ms of the exchange; null for never. */
export function comparedUntil(db: DatabaseSync, market: string): number | null {
  const row = db.prepare('SELECT value FROM kept WHERE name = ?').get(`looked ${market}`)
  return row === undefined ? null : Number(row['value'])
}

/** Errors are ignored: with an older time the next comparison only looks further back. */
export function keepComparedUntil(db: DatabaseSync, market: string, at: number): void {
  try {
    db.prepare('INSERT OR REPLACE INTO kept VALUES (?, ?)').run(`looked ${market}`, String(at))
  } catch {
    return
  }
}
