// Notices that the trader wants to read together, once a day.
import type { Store } from './open.ts'

export interface DigestEntry {
  readonly id: number
  /** What it is about; null where the bot speaks of itself. */
  readonly device: string | null
  /** Telegram's HTML. */
  readonly html: string
  /** Unix ms. */
  readonly at: number
}

export function keepForDigest(store: Store, { device, html, at }: Omit<DigestEntry, 'id'>): void {
  store
    .prepare('INSERT INTO digest_entry (device, html, at) VALUES (?, ?, ?)')
    .run(device, html, at)
}

/** Oldest first. */
export function digestEntries(store: Store): readonly DigestEntry[] {
  return store
    .prepare('SELECT * FROM digest_entry ORDER BY id')
    .all()
    .map((row) => ({
      id: Number(row['id']),
      device: row['device'] === null ? null : String(row['device']),
      html: String(row['html']),
      at: Number(row['at']),
    }))
}

/** Those up to this one. */
export function forgetDigest(store: Store, upTo: number): void {
  store.prepare('DELETE FROM digest_entry WHERE id <= ?').run(upTo)
}
