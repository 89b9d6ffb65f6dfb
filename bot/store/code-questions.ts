// Open prompts for a code, or for how much less, at most one of each per order. Codes themselves are never stored.
import type { Html } from '../texts/html.ts'
import type { Card } from './cards.ts'
import { findByKey, putMessage } from './messages.ts'
import type { Store } from './open.ts'

export interface Question {
  readonly order: string
  /** Telegram's number of the message that asks; null before it was sent. */
  readonly telegram: number | null
}

export type Asks = 'code' | 'less'

const keyOf = (asks: Asks, order: string) => `${asks}:${order}`
const HINTS = { code: 'six digits', less: 'amount' } as const

/** `now` in Unix ms. An open prompt is not repeated. */
export function putQuestion(
  store: Store,
  asks: Asks,
  { order, device, owner, message }: Pick<Card, 'order' | 'device' | 'owner' | 'message'>,
  text: Html,
  now: number,
): void {
  const key = keyOf(asks, order)
  if (findByKey(store, key) !== null) return
  const content = { html: text.text, replyHint: HINTS[asks] }
  putMessage(store, { key, chat: owner.chat, device, content, answers: message }, now)
}

export function forgetQuestion(store: Store, asks: Asks, order: string): void {
  store.prepare('DELETE FROM message WHERE key = ?').run(keyOf(asks, order))
}

/** Those whose card still waits. `now` in seconds. */
export function openQuestions(
  store: Store,
  asks: Asks,
  { user, chat, now }: { user: number; chat: number; now: number },
): Question[] {
  return store
    .prepare(
      `SELECT card.order_id, question.telegram FROM message AS question
       JOIN card ON question.key = ? || ':' || card.order_id
       WHERE card.state = 'waiting' AND card.expires > ? AND card.user = ? AND card.chat = ?`,
    )
    .all(asks, now, user, chat)
    .map((row) => ({
      order: String(row['order_id']),
      telegram: row['telegram'] === null ? null : Number(row['telegram']),
    }))
}
