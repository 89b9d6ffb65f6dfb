// How long a link waits before it tries again: so that thousands do not come back at once to a broker that was started
// anew, two programs with one name do not displace each other in a loop, and refusals do not flood.
import type { Random } from './random.ts'

/** Times the base, by how often in a row it happened. */
const AFTER_DROPS = [0, 4, 6, 8]
const AFTER_REFUSALS = [2, 4, 8, 16, 32, 60]

/** A connection that lasted this long was not taken over, ms. */
const STABLE_MS = 30_000

/** This many short connections in a row, ended by the broker, mean that another program takes over the name. */
export const TAKEOVER_DROPS = 2

/** The least part of the base that is waited. */
const MIN_PART = 0.1

export interface ReconnectPace {
  /** The longest wait after a connection that stood, ms. */
  readonly baseMs: number
  /** That wait doubles with each attempt in a row that fails without an answer, up to this, ms. */
  readonly maxMs: number
  readonly random: Random
}

export class ReconnectBackoff {
  readonly #pace: ReconnectPace
  #drops = 0
  #refusals = 0
  /** Attempts in a row that the broker did not answer. */
  #failures = 0
  #attempt: 'open' | 'answered' = 'open'
  #settled: NodeJS.Timeout | undefined

  constructor(pace: ReconnectPace) {
    this.#pace = pace
  }

  /** A connection was made: the broker took the token. */
  connected(): void {
    this.#attempt = 'answered'
    this.#failures = 0
    clearTimeout(this.#settled)
    this.#settled = setTimeout(() => {
      this.#drops = 0
    }, STABLE_MS).unref()
  }

  /** The subscriptions were granted. */
  ready(): void {
    this.#refusals = 0
  }

  /** The other side ended it, or has no place now. Returns how often in a row. */
  dropped(): number {
    this.#attempt = 'answered'
    this.#drops += 1
    return this.#drops
  }

  /** The broker refused the token, or is not trusted. */
  refused(): void {
    this.#attempt = 'answered'
    this.#refusals += 1
  }

  /** The connection ended, or the attempt to make one, for whatever reason. */
  over(): void {
    clearTimeout(this.#settled)
    if (this.#attempt === 'open') this.#failures += 1
    this.#attempt = 'open'
  }

  maxDelayMs(): number {
    return this.#pace.baseMs * (AFTER_REFUSALS.at(-1) ?? 1)
  }

  /** The delay before the next attempt, ms: what drops and refusals ask for, and a part by chance in any case. */
  delayMs(): number {
    const { baseMs, maxMs, random } = this.#pace
    const most = Math.min(maxMs, baseMs * 2 ** this.#failures)
    const least = baseMs * MIN_PART
    const own = Math.max(step(AFTER_DROPS, this.#drops), step(AFTER_REFUSALS, this.#refusals))
    return Math.ceil(baseMs * own + least + random() * (most - least))
  }
}

function step(ladder: readonly number[], times: number): number {
  return times === 0 ? 0 : (ladder[times - 1] ?? ladder.at(-1) ?? 0)
}
