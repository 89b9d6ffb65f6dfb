// How long a link waits before it tries again, so that two programs with one name do not displace each other in a loop, and refusals do not flood.

/** Times the base, by how often in a row it happened. */
const AFTER_DROPS = [1, 4, 6, 8]
const AFTER_REFUSALS = [2, 4, 8, 16, 32, 60]

/** A connection that lasted this long was not taken over, ms. */
const STABLE_MS = 30_000

/** This many short connections in a row, ended by the broker, mean that another program takes over the name. */
export const TAKEOVER_DROPS = 2

export class ReconnectBackoff {
  readonly #baseMs: number
  #drops = 0
  #refusals = 0
  #settled: NodeJS.Timeout | undefined

  constructor(baseMs: number) {
    this.#baseMs = baseMs
  }

  /** A connection was made. */
  connected(): void {
    clearTimeout(this.#settled)
    this.#settled = setTimeout(() => {
      this.#drops = 0
    }, STABLE_MS).unref()
  }

  /** The subscriptions were granted. */
  ready(): void {
    this.#refusals = 0
  }

  /** The other side ended it. Returns how often in a row. */
  dropped(): number {
    this.#drops += 1
    return this.#drops
  }

  /** The broker refused the token. */
  refused(): void {
    this.#refusals += 1
  }

  maxDelayMs(): number {
    return this.#baseMs * (AFTER_REFUSALS.at(-1) ?? 1)
  }

  /** Call when the connection is lost. Returns the delay before the next attempt, ms. */
  delayMs(): number {
    clearTimeout(this.#settled)
    return (
      this.#baseMs * Math.max(step(AFTER_DROPS, this.#drops), step(AFTER_REFUSALS, this.#refusals))
    )
  }
}

function step(ladder: readonly number[], times: number): number {
  return times === 0 ? 1 : (ladder[times - 1] ?? ladder.at(-1) ?? 1)
}
