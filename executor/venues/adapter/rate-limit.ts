// How much a venue lets one address ask: what is left as its answers tell, and a throttle that keeps within it.
import type { Backoff } from '../../core/model/exchange.ts'
import type { Headers, Limits, RateNotice } from './dialect.ts'

/** From this share of what may be asked on, requests go slowly. */
const TIGHT_SHARE = 0.8
const TIGHT_FACTOR = 4

const MIN_MS = 1_000
/** Where the answer does not say how long, ms; doubled for each refusal in a row. */
const FIRST_MS = { too_many: 1_000, banned: 120_000 }

/** Shared by all clients of a venue: it counts addresses, not connections. */
export class RateLimitBudget {
  readonly #limits: Limits
  #refused: { readonly why: Backoff['why']; readonly until: number } | null = null
  #inRow = 0
  #used = { share: 0, at: Number.NEGATIVE_INFINITY }

  constructor(limits: Limits) {
    this.#limits = limits
  }

  /** After each answer. `now` of a clock that never goes back, ms. Says whether a back-off began. */
  observe(status: number, headers: Headers, now: number): 'back_off' | 'go_on' {
    const { backoff, used } = this.#limits.read(status, headers)
    if (used !== null) this.#used = { share: used, at: now }
    if (backoff === null) {
      // Answers to requests that were under way when the back-off began do not change it.
      if (this.backoff(now) === null) this.#inRow = 0
      return 'go_on'
    }
    return this.#begin(backoff, now)
  }

  /** Unless it does already. */
  backOff(why: Backoff['why'], now: number): void {
    if (this.backoff(now) === null) this.#begin({ why, ms: null }, now)
  }

  #begin({ why, ms }: NonNullable<RateNotice['backoff']>, now: number): 'back_off' | 'go_on' {
    const until = now + this.#lengthOf(why, ms)
    this.#inRow += 1
    if (until <= (this.#refused?.until ?? 0)) return 'go_on'
    this.#refused = { why, until }
    return 'back_off'
  }

  #lengthOf(why: Backoff['why'], named: number | null): number {
    const ms = named ?? FIRST_MS[why] * 2 ** Math.min(this.#inRow, 20)
    return Math.min(Math.max(ms, MIN_MS), this.#limits.longestMs)
  }

  /** Null when the venue may be asked. */
  backoff(now: number): { readonly why: Backoff['why']; readonly ms: number } | null {
    if (this.#refused === null || now >= this.#refused.until) return null
    return { why: this.#refused.why, ms: this.#refused.until - now }
  }

  /** Little of the limit is left: requests that can wait should wait. */
  state(now: number): 'free' | 'tight' {
    const { share, at } = this.#used
    return share >= TIGHT_SHARE && now - at < this.#limits.windowMs ? 'tight' : 'free'
  }

  /** How many times longer than usual requests wait for each other. */
  slowness(now: number): number {
    return this.state(now) === 'tight' ? TIGHT_FACTOR : 1
  }
}

/** `now` in Unix ms of this device. */
export function backoffUntil(
  backoff: ReturnType<RateLimitBudget['backoff']>,
  now: number,
): Backoff | null {
  return backoff && { why: backoff.why, until: Math.ceil(now + backoff.ms) }
}

/** Units of weight that may be asked at once after a quiet time. */
export const BURST = 20

/**
 * ccxt's own limiter credits no quiet time: each request waits out the one before it, however long ago that was, and
 * an order after the second's quotes left 40 ms late.
 */
export class Throttle {
  readonly #unitMs: number
  /** When everything asked so far is paid for, ms. */
  #paid = Number.NEGATIVE_INFINITY

  /** `unitMs`: how long one unit of weight takes to come back. */
  constructor(unitMs: number) {
    this.#unitMs = unitMs
  }

  /** How long a request of this weight has to wait, ms. `now` is of a clock that never goes back, ms. */
  reserve(weight: number, now: number): number {
    const wait = Math.max(0, this.#paid - now - (BURST - weight) * this.#unitMs)
    this.#paid = Math.max(this.#paid, now) + weight * this.#unitMs
    return wait
  }
}
