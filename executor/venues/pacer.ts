// Keeps within what the exchange lets one address ask. Quiet times count, so an order waits only in a flood.

/** Units of weight that may be asked at once after a quiet time. */
export const BURST = 20

/**
 * ccxt's own limiter credits no quiet time: each request waits out the one before it, however long ago that was, and
 * an order after the second's quotes left 40 ms late.
 */
export class Pacer {
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
