// The exchange's time, as this engine has measured it.
import type { Cancel, Clock, Logger } from '@keyside/runtime'

export interface ExchangeClockOptions {
  readonly clock: Clock
  readonly log: Logger
  /** The exchange's time, Unix ms. */
  readonly ask: () => Promise<number | undefined>
}

/** Executors refuse what comes from a clock further ahead than this, ms. */
const MAX_SKEW_MS = 5_000
const CHECK_MS = 300_000
/** How long an answer is reused, ms. */
const FRESH_MS = 5_000

export class ExchangeClock {
  readonly #options: ExchangeClockOptions
  readonly #cancel: Cancel
  /** The exchange's time less this machine's, ms. */
  #offset = 0
  #checkedAt = Number.NEGATIVE_INFINITY
  #checking: Promise<void> | undefined
  #isTold = false

  constructor(options: ExchangeClockOptions) {
    this.#options = options
    this.#cancel = options.clock.every(CHECK_MS, () => {
      this.check().catch((error) =>
        options.log.warn({ err: error }, 'the exchange does not tell its time'),
      )
    })
  }

  /** Unix ms. */
  now(): number {
    return this.#options.clock.now() + this.#offset
  }

  /** Asks once for all that ask at one time. Rejects when the exchange does not answer. */
  check(): Promise<void> {
    const age = this.#options.clock.now() - this.#checkedAt
    // A clock that was set back makes ages negative.
    if (age >= 0 && age < FRESH_MS) return Promise.resolve()
    this.#checking ??= this.#measure().finally(() => {
      this.#checking = undefined
    })
    return this.#checking
  }

  stop(): void {
    this.#cancel()
  }

  async #measure(): Promise<void> {
    const { clock, ask, log } = this.#options
    const asked = clock.now()
    const time = await ask()
    if (time === undefined) return
    this.#checkedAt = clock.now()
    this.#offset = time - (asked + this.#checkedAt) / 2
    const differs = Math.abs(this.#offset) >= MAX_SKEW_MS
    if (differs === this.#isTold) return
    this.#isTold = differs
    if (!differs) {
      log.info("this machine's clock agrees with the exchange's again")
      return
    }
    const off = `${Math.round(Math.abs(this.#offset) / 1000)} s ${this.#offset < 0 ? 'ahead' : 'behind'}`
    const message = `this machine's clock is ${off} of the exchange's: set it, or executors refuse the signals`
    log.warn({ code: 'clock_differs' }, message)
  }
}
