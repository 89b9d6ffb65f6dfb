// Open prompts for a code, at most one per order. Codes themselves are never stored.
import { codeQuestion } from '../texts/card.ts'
import type { Card } from './cards.ts'
import { findByKey, putMessage } from './messages.ts'
import type { Store } from './open.ts'

export interface Question {
  readonly order: string
  /** Telegram's number of the message that asks; null before it was sent. */
  readonly telegram: number | null
}

const keyOf = (order: string) => `code:${order}`

/** `now` in Unix ms. An open prompt is not repeated. */
export function putQuestion(
  store: Store,
  { order, device, needed, owner }: Pick<Card, 'order' | 'device' | 'needed' | 'owner'>,
  now: number,
): void {
  if (findByKey(store, keyOf(order)) !== null) return
  const content = { html: codeQuestion(needed.order).text, replyHint: 'six digits' }
  putMessage(store, { key: keyOf(order), chat: owner.chat, device, content }, now)
}

export function forgetQuestion(store: Store, order: string): void {
  store.prepare('DELETE FROM message WHERE key = ?').run(keyOf(order))
}

/** Those whose card still waits. `now` in seconds. */
export function openQuestions(
  store: Store,
  { user, chat, now }: { user: number; chat: number; now: number },
): Question[] {
  return store
    .prepare(
      `SELECT card.order_id, question.telegram FROM message AS question
       JOIN card ON question.key = 'code:' || card.order_id
       WHERE card.state = 'waiting' AND card.expires > ? AND card.user = ? AND card.chat = ?`,
    )
    .all(now, user, chat)
    .map((row) => ({
      order: String(row['order_id']),
      telegram: row['telegram'] === null ? null : Number(row['telegram']),
    }))
}
