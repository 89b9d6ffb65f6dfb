// Updates that were handled: Telegram repeats them after a crash, and picks their ids anew after a quiet week.
import type { Update } from 'grammy/types'
import type { Store } from './open.ts'

export function wasSeen(store: Store, update: Update): boolean {
  const find = store.prepare('SELECT 1 FROM seen_update WHERE id = ? AND what = ?')
  return find.get(update.update_id, nameOf(update)) !== undefined
}

/** `now` in Unix ms. */
export function markSeen(store: Store, update: Update, now: number): void {
  store
    .prepare('INSERT OR IGNORE INTO seen_update VALUES (?, ?, ?)')
    .run(update.update_id, nameOf(update), now)
}

/** An update with the same id and other content is a new one. */
function nameOf({ message, edited_message, callback_query }: Update): string {
  const { message_id, date, edit_date = 0 } = message ?? edited_message ?? {}
  return `${message_id} ${date} ${edit_date} ${callback_query?.id}`
}
