// A halt is for every program that runs under the device's name: it is repeated to each one that was heard before and has not
// acknowledged, as soon as that one is heard again. A program that begins later is not meant: the journal tells it.
import type { Sessions } from './sessions.ts'

/** How long an acknowledgement is waited for before the trader is told that one is missing, ms. */
const TIMEOUT_MS = 15_000
/** How long the first answer may take, ms. */
const ANSWER_MS = 5_000

export interface HaltsOptions {
  readonly sessions: Sessions
  /** Sends the halt, without a sale: the one that was asked first has sold. */
  readonly send: (user: number) => Promise<void>
  readonly notify: (what: 'another_halted' | 'another_silent') => void
}

interface PendingHalt {
  readonly user: number
  readonly at: number
  /** Those that have not acknowledged. */
  readonly waiting: Set<string>
  acknowledged: number
  silence: 'not_told' | 'told'
}

export class Halts {
  readonly #options: HaltsOptions
  #asked: PendingHalt | null = null

  constructor(options: HaltsOptions) {
    this.#options = options
  }

  /** The trader halts; the command itself is on its way. `now` in Unix ms. */
  begin(user: number, now: number): void {
    const waiting = new Set(this.#options.sessions.recent(now))
    this.#asked = { user, at: now, waiting, acknowledged: 0, silence: 'not_told' }
  }

  acknowledge(session: string): void {
    const asked = this.#asked
    if (asked === null) return
    asked.acknowledged += 1
    if (asked.waiting.delete(session) && asked.acknowledged > 1)
      this.#options.notify('another_halted')
  }

  /** Call when a message from the device arrives, and every few seconds. `now` in Unix ms. */
  async repeat(now: number): Promise<void> {
    const { sessions, send, notify } = this.#options
    const asked = this.#asked
    if (asked === null || asked.waiting.size === 0) return
    const isLate = now - asked.at > TIMEOUT_MS && asked.silence === 'not_told'
    if (isLate && asked.acknowledged > 0 && sessions.hasRivals(now)) {
      asked.silence = 'told'
      notify('another_silent')
    }
    // The command itself may still be on its way.
    const isDue = asked.acknowledged > 0 || now - asked.at > ANSWER_MS
    if (isDue && asked.waiting.has(sessions.last())) await send(asked.user)
  }
}
