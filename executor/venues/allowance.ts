// How much the venue lets this address ask, as its answers tell. Shared by all lines: it counts addresses, not connections.
import type { IncomingHttpHeaders } from 'node:http'

/** Weight that one address may use in a minute. */
const MOST_WEIGHT = 6_000
const TIGHT_WEIGHT = 0.8 * MOST_WEIGHT
const WEIGHT_LIFE_MS = 60_000
/** What is left above 80 % lasts the minute at this pace: 1 250 instead of 5 000 a minute. */
const TIGHT_FACTOR = 4

const SHORTEST_MS = 1_000
/** Its longest ban. */
const LONGEST_MS = 3 * 86_400_000
/** Where the answer does not say how long, ms; doubled for each refusal in a row. */
const FIRST_MS = { too_many: 1_000, banned: 120_000 }

export type PauseReason = keyof typeof FIRST_MS

interface Refused {
  readonly why: PauseReason
  /** Of a clock that never goes back, ms. */
  readonly until: number
}

export class Allowance {
  #refused: Refused | null = null
  #inRow = 0
  #used = { weight: 0, at: Number.NEGATIVE_INFINITY }

  /** After each answer. `now` of a clock that never goes back, ms. Says whether a pause began. */
  note(status: number, headers: IncomingHttpHeaders, now: number): 'pause' | 'go_on' {
    const weight = whole(headers['x-mbx-used-weight-1m'])
    if (weight !== null) this.#used = { weight, at: now }
    if (status !== 429 && status !== 418) {
      // What was on its way when the pause began says nothing about it.
      if (this.pause(now) === null) this.#inRow = 0
      return 'go_on'
    }
    const why = status === 418 ? 'banned' : 'too_many'
    const until = now + this.#lengthOf(why, whole(headers['retry-after']))
    this.#inRow += 1
    if (until <= (this.#refused?.until ?? 0)) return 'go_on'
    this.#refused = { why, until }
    return 'pause'
  }

  #lengthOf(why: PauseReason, seconds: number | null): number {
    const ms = seconds === null ? FIRST_MS[why] * 2 ** Math.min(this.#inRow, 20) : seconds * 1_000
    return Math.min(Math.max(ms, SHORTEST_MS), LONGEST_MS)
  }

  /** Null when the venue may be asked. */
  pause(now: number): { readonly why: PauseReason; readonly ms: number } | null {
    if (this.#refused === null || now >= this.#refused.until) return null
    return { why: this.#refused.why, ms: this.#refused.until - now }
  }

  /** How many times longer than usual questions wait for each other. */
  slowness(now: number): number {
    const { weight, at } = this.#used
    return weight >= TIGHT_WEIGHT && now - at < WEIGHT_LIFE_MS ? TIGHT_FACTOR : 1
  }
}

function whole(header: string | string[] | undefined): number | null {
  return typeof header === 'string' && /^\d{1,9}$/.test(header) ? Number(header) : null
}
