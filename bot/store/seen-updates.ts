// Updates that were handled: Telegram repeats them after a crash, and picks their ids anew after a quiet week.
import type { Update } from 'grammy/types'
import type { Store } from './open.ts'

export class SeenUpdates {
  readonly #store: Store
  /** Those that are not stored: all of them, where the disk takes nothing for a while. */
  readonly #unstored = new Map<string, SeenUpdate>()

  constructor(store: Store) {
    this.#store = store
  }

  has(update: Update): boolean {
    const { id, what } = seenUpdate(update, 0)
    if (this.#unstored.has(`${id} ${what}`)) return true
    const find = this.#store.prepare('SELECT 1 FROM seen_update WHERE id = ? AND what = ?')
    return find.get(id, what) !== undefined
  }

  /** Where this throws that it cannot be stored, it counts as seen all the same, and is stored with the next one. `now` in Unix ms. */
  add(update: Update, now: number): void {
    const seen = seenUpdate(update, now)
    this.#unstored.set(`${seen.id} ${seen.what}`, seen)
    const insert = this.#store.prepare('INSERT OR IGNORE INTO seen_update VALUES (?, ?, ?)')
    for (const [key, { id, what, at }] of this.#unstored) {
      insert.run(id, what, at)
      this.#unstored.delete(key)
    }
  }
}

interface SeenUpdate {
  readonly id: number
  /** An update with the same id and other content is a new one. */
  readonly what: string
  readonly at: number
}

function seenUpdate(update: Update, at: number): SeenUpdate {
  const { update_id: id, message, edited_message, callback_query } = update
  const { message_id, date, edit_date = 0 } = message ?? edited_message ?? {}
  return { id, what: `${message_id} ${date} ${edit_date} ${callback_query?.id}`, at }
}
