// Small things kept beside the events, which are no events: the policy that the trader accepted.
import type { DatabaseSync } from 'node:sqlite'
import type { Acceptance } from './loosening.ts'

export function keptPolicy(db: DatabaseSync): Acceptance | null {
  const row = db.prepare("SELECT value FROM kept WHERE name = 'policy'").get()
  if (row === undefined) return null
  return JSON.parse(String(row['value'])) as Acceptance
}

export function keepPolicy(db: DatabaseSync, accepted: Acceptance): void {
  db.prepare("INSERT OR REPLACE INTO kept VALUES ('policy', ?)").run(JSON.stringify(accepted))
}

/** Unix ms. A clock that is set back makes nothing last longer: the journal has seen a later time. */
export function latestTime(db: DatabaseSync, now: number): number {
  const row = db.prepare('SELECT at FROM events ORDER BY seq DESC LIMIT 1').get()
  return Math.max(now, Number(row?.['at'] ?? 0))
}
