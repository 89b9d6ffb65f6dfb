// Limits how often a client may publish where subscribers may: each such message costs the provider's programs a check.
import { FROM_SUBSCRIBERS } from '@keyside/protocol'
import { ALLOWED, coversLevels, deny, type Verdict } from './acl.ts'

const WINDOW_MS = 60_000
const COUNTED = FROM_SUBSCRIBERS.map((filter) => filter.split('/'))

interface Count {
  readonly since: number
  sent: number
}

export class PublishRate {
  readonly #most: number
  readonly #counts = new Map<string, Count>()

  constructor(most: number) {
    this.#most = most
  }

  /** Counts a message of `client`, by its name: a new connection begins no new minute. `now` in Unix ms. */
  allow(client: string, topic: string, now: number): Verdict {
    const levels = topic.split('/')
    if (!COUNTED.some((filter) => coversLevels(filter, levels))) return ALLOWED
    const before = this.#counts.get(client)
    const isOver = before === undefined || before.since <= now - WINDOW_MS
    const count = isOver ? { since: now, sent: 0 } : before
    count.sent += 1
    this.#counts.set(client, count)
    if (count.sent <= this.#most) return ALLOWED
    return deny(
      'requests_too_many',
      `a client may publish ${this.#most} requests, intents and presences a minute`,
    )
  }

  /** Forgets clients that sent nothing for a minute. */
  sweep(now: number): void {
    for (const [client, { since }] of this.#counts)
      if (since <= now - WINDOW_MS) this.#counts.delete(client)
  }
}
