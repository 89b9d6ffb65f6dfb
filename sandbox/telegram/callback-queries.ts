// Remembers pressed buttons, so that each press is answered once and in time.
import type { Clock } from '@keyside/runtime'
import { TelegramRefusal } from './refusals.ts'

/** Telegram refuses an answer that comes late, and documents no limit: here a bot that leaves the user waiting is noticed. */
const LIFE_MS = 30_000

type Query = { chatId: number; at: number; state: 'open' | 'answered' }

export class CallbackQueries {
  readonly #queries = new Map<string, Query>()
  readonly #clock: Pick<Clock, 'now'>

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  open(chatId: number): string {
    const id = String(4_000_000_000_001 + this.#queries.size)
    this.#queries.set(id, { chatId, at: this.#clock.now(), state: 'open' })
    return id
  }

  /** Returns the chat to show the answer in. */
  answer(id: string): number {
    const query = this.#queries.get(id)
    const late = query && this.#clock.now() - query.at > LIFE_MS
    if (query?.state !== 'open' || late) throw new TelegramRefusal('queryInvalid')
    query.state = 'answered'
    return query.chatId
  }
}
