// Who owns the bot: one Telegram user and their private chat with the bot.
import type { Store } from './open.ts'
import { transact } from './open.ts'

export interface Owner {
  readonly user: number
  readonly chat: number
}

export function findOwner(store: Store): Owner | null {
  const row = store.prepare('SELECT user, chat FROM owner').get()
  return row ? { user: Number(row['user']), chat: Number(row['chat']) } : null
}

/** False when somebody owns it already. `now` in Unix ms. */
export function claimFor(store: Store, { user, chat }: Owner, now: number): boolean {
  const insert = store.prepare('INSERT OR IGNORE INTO owner VALUES (1, ?, ?, ?)')
  return insert.run(user, chat, now).changes === 1
}

/** The next owner must not see or answer messages meant for this one. */
export function removeOwner(store: Store): boolean {
  return transact(store, () => {
    store.exec('DELETE FROM message')
    return store.prepare('DELETE FROM owner').run().changes === 1
  })
}
