// How often each client may ask, counted in fixed spans of time.

export interface QuotaOptions {
  /** In each span. */
  readonly most: number
  readonly spanMs: number
}

export class Quota {
  readonly #options: QuotaOptions
  readonly #counts = new Map<string, number>()
  #span = 0

  constructor(options: QuotaOptions) {
    this.#options = options
  }

  /** Counts one, and says whether it is within the quota. `now` is Unix ms. */
  allows(client: string, now: number): boolean {
    const { most, spanMs } = this.#options
    const span = Math.floor(now / spanMs)
    // All at once, so that it holds no more names than ask within one span.
    if (span !== this.#span) this.#counts.clear()
    this.#span = span
    const count = (this.#counts.get(client) ?? 0) + 1
    this.#counts.set(client, count)
    return count <= most
  }
}
