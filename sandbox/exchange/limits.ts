// How much a client may ask: request weight by the minute, orders by ten seconds, and a ban for a client that ignores them.
import type { Clock } from '@keyside/runtime'
import { ExchangeError } from './errors.ts'

export interface LimitSetup {
  /** Request weight per minute. */
  readonly weight: number
  /** New orders per ten seconds. */
  readonly orders: number
  /** Refusals of weight within a minute that end in a ban of two minutes. */
  readonly refusals: number
}

export const LIMITS: LimitSetup = { weight: 6_000, orders: 100, refusals: 10 }

const MINUTE = 60_000
const ORDER_SPAN = 10_000
const BAN = 120_000

export class Limits {
  readonly #clock: Clock
  readonly #setup: LimitSetup
  #minute = 0
  #weight = 0
  #refusals = 0
  #bannedUntil = 0
  #span = 0
  #orders = 0

  constructor(clock: Clock, setup: LimitSetup) {
    this.#clock = clock
    this.#setup = setup
  }

  /** Throws an ExchangeError with a Retry-After if it is too much. */
  take(weight: number): void {
    const now = this.#clock.now()
    if (now < this.#bannedUntil) throw this.#banned(now)
    this.#turnMinute(now)
    this.#weight += weight
    if (this.#weight <= this.#setup.weight) return
    this.#refusals++
    if (this.#refusals > this.#setup.refusals) {
      this.#bannedUntil = now + BAN
      throw this.#banned(now)
    }
    const wait = Math.ceil((MINUTE - (now % MINUTE)) / 1000)
    throw new ExchangeError('too_many_requests', [String(this.#setup.weight)], wait)
  }

  takeOrder(): void {
    const now = this.#clock.now()
    const span = Math.floor(now / ORDER_SPAN)
    if (span !== this.#span) this.#orders = 0
    this.#span = span
    this.#orders++
    if (this.#orders <= this.#setup.orders) return
    const wait = Math.ceil((ORDER_SPAN - (now % ORDER_SPAN)) / 1000)
    throw new ExchangeError('too_many_orders', [String(this.#setup.orders)], wait)
  }

  get headers(): Record<string, string> {
    return {
      'X-MBX-USED-WEIGHT': String(this.#weight),
      'X-MBX-USED-WEIGHT-1M': String(this.#weight),
      'X-MBX-ORDER-COUNT-10S': String(this.#orders),
    }
  }

  #turnMinute(now: number): void {
    const minute = Math.floor(now / MINUTE)
    if (minute === this.#minute) return
    this.#minute = minute
    this.#weight = 0
    this.#refusals = 0
  }

  #banned(now: number): ExchangeError {
    const wait = Math.ceil((this.#bannedUntil - now) / 1000)
    return new ExchangeError('banned', [String(this.#bannedUntil)], wait)
  }
}
