// Limits how fast a provider's messages are read: only that provider's link waits.
import type { Clock } from '@keyside/runtime'

/** All streams of twelve plans may enter and leave on one candle: 1,536 signals. */
const BURST = 2_000
/** As many as all of them decide on candles of a minute, and half as many again. */
const PER_SECOND = 20

export class FloodGate {
  readonly #clock: Pick<Clock, 'now' | 'after'>
  #left = BURST
  #at: number

  constructor(clock: Pick<Clock, 'now' | 'after'>) {
    this.#clock = clock
    this.#at = clock.now()
  }

  /** Undefined when the next message may be looked at now; else resolves when it may. */
  pass(): Promise<void> | undefined {
    const now = this.#clock.now()
    // A clock that was set back allows no extra messages.
    const gained = (Math.max(0, now - this.#at) * PER_SECOND) / 1_000
    this.#left = Math.min(BURST, this.#left + gained) - 1
    this.#at = now
    if (this.#left >= 0) return undefined
    const wait = (-this.#left * 1_000) / PER_SECOND
    return new Promise((resolve) => void this.#clock.after(wait, resolve))
  }
}
