// Buttons that stand for an action of the bot's: each has a nonce, and those of one question count once between them.
import { type Store, transact } from './open.ts'
import type { Owner } from './owner.ts'

/** `question`: one press between its buttons, and then none. `menu`: as often as it is pressed. */
type ButtonKind = 'question' | 'menu'

export interface StoredButton {
  readonly nonce: string
  readonly kind: ButtonKind
  /** The name of what it does; empty for the answer that does nothing. */
  readonly action: string
  /** What that is done with, as JSON. */
  readonly data: string
  /** What the question says: the message goes back to it, without buttons. Telegram's HTML. */
  readonly text: string
}

/** A press as it came. */
export interface ButtonPress extends Owner {
  readonly nonce: string
  /** Telegram's number of the message whose button was pressed. */
  readonly message: number
  /** Seconds. */
  readonly now: number
}

/** A button that has done its part, or whose time is over. */
export interface ShownButton extends Omit<StoredButton, 'nonce'> {
  /** Row of the message that shows it. */
  readonly message: number
}

export type PressOutcome =
  | { readonly outcome: 'taken'; readonly button: ShownButton }
  | { readonly outcome: 'used' | 'late' | 'unknown' }

/** Inside the caller's transaction. `expires` in seconds. What the message offered before counts no more. */
export function offerButtons(
  store: Store,
  { message, owner, expires }: { message: number; owner: Owner; expires: number },
  buttons: readonly StoredButton[],
): void {
  store.prepare('DELETE FROM offered_button WHERE message = ?').run(message)
  const insert = store.prepare(
    "INSERT INTO offered_button VALUES (?, ?, ?, ?, ?, ?, 'offered', ?, ?, ?)",
  )
  for (const { nonce, kind, action, data, text } of buttons)
    insert.run(nonce, message, owner.user, owner.chat, expires, kind, action, data, text)
}

const TAKE = `
UPDATE offered_button SET state = CASE kind WHEN 'question' THEN 'taken' ELSE state END
WHERE nonce = ? AND state = 'offered' AND expires > ? AND user = ? AND chat = ?
  AND message IN (SELECT id FROM message WHERE telegram = ?)
RETURNING message, kind, action, data, text`

/** One statement decides, so that only one of two presses is taken. Null for a nonce that no button here has. */
export function takeButton(store: Store, press: ButtonPress): PressOutcome | null {
  return transact(store, () => {
    const { nonce, now, user, chat, message } = press
    const row = store.prepare(TAKE).get(nonce, now, user, chat, message)
    if (row === undefined) return refusalOf(store, press)
    const button = readButton(row)
    store
      .prepare(
        "UPDATE offered_button SET state = 'over' WHERE message = ? AND kind = 'question' AND state = 'offered'",
      )
      .run(button.message)
    return { outcome: 'taken', button }
  })
}

/** Tells apart late and repeated presses of the owner; everything else is unknown. */
function refusalOf(store: Store, { nonce, user, chat, now }: ButtonPress): PressOutcome | null {
  const row = store
    .prepare('SELECT state, expires, user, chat FROM offered_button WHERE nonce = ?')
    .get(nonce)
  if (row === undefined) return null
  if (Number(row['user']) !== user || Number(row['chat']) !== chat) return { outcome: 'unknown' }
  if (row['state'] !== 'offered') return { outcome: 'used' }
  return { outcome: Number(row['expires']) <= now ? 'late' : 'unknown' }
}

/** Questions that nobody has answered in time. `now` in seconds. */
export function lateQuestions(store: Store, now: number): ShownButton[] {
  return store
    .prepare(
      `SELECT message, kind, action, data, text FROM offered_button
       WHERE kind = 'question' AND state = 'offered' AND expires <= ? GROUP BY message`,
    )
    .all(now)
    .map(readButton)
}

/** Questions that were answered, and whose outcome was not shown. */
export function unfinishedQuestions(store: Store): ShownButton[] {
  return store
    .prepare(
      "SELECT message, kind, action, data, text FROM offered_button WHERE kind = 'question' AND state = 'taken'",
    )
    .all()
    .map(readButton)
}

/** Its outcome is shown: no button of the message counts any more. */
export function endQuestion(store: Store, message: number): void {
  store.prepare("UPDATE offered_button SET state = 'over' WHERE message = ?").run(message)
}

function readButton(row: Record<string, unknown>): ShownButton {
  return {
    message: Number(row['message']),
    kind: row['kind'] === 'menu' ? 'menu' : 'question',
    action: String(row['action']),
    data: String(row['data']),
    text: String(row['text']),
  }
}
