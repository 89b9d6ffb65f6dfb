// How far the venue's clock is from this device's.
import type { Clock } from '@keyside/runtime'
import type { MarketClient } from './market-client.ts'

const SAMPLES = 3

/** Between the clock and the monotonic one: a clock that is steered moves less in a minute. */
const STEP_MS = 1_000

export interface ClockSkewOptions {
  readonly client: () => MarketClient
  readonly clock: Pick<Clock, 'now'>
  /** How long a measurement counts, ms. */
  readonly longestMs: number
  /** ms since the process began, on a monotonic clock. */
  readonly monotonic?: () => number
}

export class ClockSkew {
  readonly #options: ClockSkewOptions
  readonly #monotonic: () => number
  #measuring = false
  #skew: Measured | null = null

  constructor(options: ClockSkewOptions) {
    this.#options = options
    this.#monotonic = options.monotonic ?? (() => performance.now())
  }

  /**
   * Venue's clock less this device's, ms. Null when it is not known: not measured for long, or this device's clock was
   * set, or stood still, since.
   */
  ms(): number | null {
    const skew = this.#skew
    if (skew === null) return null
    const passed = this.#options.clock.now() - skew.at
    if (isStep(passed, this.#monotonic() - skew.monotonicAt)) {
      this.#skew = null
      void this.measure()
      return null
    }
    return passed > this.#options.longestMs ? null : skew.ms
  }

  /** The venue's time, by the last measurement, Unix ms. */
  time(): number {
    return this.#options.clock.now() + (this.#skew?.ms ?? 0)
  }

  async measure(): Promise<void> {
    if (this.#measuring) return
    this.#measuring = true
    const { client, clock } = this.#options
    this.#skew = (await measureSkew(client(), clock, this.#monotonic)) ?? this.#skew
    this.#measuring = false
  }
}

/**
 * From the quickest of a few round trips: its error is at most half of that trip. Null when none was answered.
 */
async function measureSkew(
  client: MarketClient,
  clock: Pick<Clock, 'now'>,
  monotonic: () => number,
): Promise<Measured | null> {
  let best: Measured | null = null
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const [asked, askedMonotonic] = [clock.now(), monotonic()]
    const reply = await client.ask(client.dialect.time())
    const [at, monotonicAt] = [clock.now(), monotonic()]
    const trip = monotonicAt - askedMonotonic
    // Set on the way: such a trip would be the quickest of all, and its middle hours away.
    if (reply.got !== 'answer' || isStep(at - asked, trip)) continue
    if (best !== null && best.trip <= trip) continue
    best = { ms: Math.round(reply.value - (asked + trip / 2)), trip, at, monotonicAt }
  }
  return best
}

interface Measured {
  readonly ms: number
  /** How long its question took, ms. */
  readonly trip: number
  readonly at: number
  readonly monotonicAt: number
}

/** So much passed by the clock that people set, and by the one that nobody does, ms. */
function isStep(passed: number, monotonic: number): boolean {
  return Math.abs(passed - monotonic) > STEP_MS
}
