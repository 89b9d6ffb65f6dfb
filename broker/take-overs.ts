// Limits how often a client id may be taken over: each time the older connection is closed.

const WINDOW_MS = 60_000

export class TakeOvers {
  readonly #most: number
  readonly #times = new Map<string, number[]>()

  constructor(most: number) {
    this.#most = most
  }

  /** `now` in Unix ms. False when it was taken over too often in the last minute; otherwise this one is counted. */
  allow(client: string, now: number): boolean {
    const recent = (this.#times.get(client) ?? []).filter((at) => at > now - WINDOW_MS)
    const allowed = recent.length < this.#most
    if (allowed) recent.push(now)
    this.#times.set(client, recent)
    return allowed
  }

  /** Forgets client ids that were not taken over for a minute. */
  sweep(now: number): void {
    for (const [client, times] of this.#times)
      if ((times.at(-1) ?? 0) <= now - WINDOW_MS) this.#times.delete(client)
  }
}
