// Updates that were handled: Telegram repeats them after a crash, and their ids do not only grow.
import type { Store } from './open.ts'

export function wasSeen(store: Store, update: number): boolean {
  return store.prepare('SELECT 1 FROM seen_update WHERE id = ?').get(update) !== undefined
}

/** `now` in Unix ms. */
export function markSeen(store: Store, update: number, now: number): void {
  store.prepare('INSERT OR IGNORE INTO seen_update VALUES (?, ?)').run(update, now)
}
