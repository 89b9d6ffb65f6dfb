// How fast one chat may be written to: Telegram asks for one message a second, short bursts aside.

const BURST = 10
const REFILL_MS = 1000

export class RateLimit {
  #tokens = BURST
  #at = 0

  /** Takes one call's worth, or says how many ms to wait for it. `now` in Unix ms. */
  take(now: number): number {
    const earned = Math.max(0, now - this.#at) / REFILL_MS
    this.#tokens = Math.min(BURST, this.#tokens + earned)
    this.#at = now
    if (this.#tokens < 1) return Math.ceil((1 - this.#tokens) * REFILL_MS)
    this.#tokens -= 1
    return 0
  }
}
