// How far the venue's clock is from this device's.
import type { Clock } from '@keyside/runtime'
import type { MarketClient } from './market-client.ts'

const SAMPLES = 3

/** Between the clock and the monotonic one: a clock that is steered moves less in a minute. */
const STEP_MS = 1_000

export interface ClockSkewOptions {
  readonly client: () => MarketClient
  readonly clock: Pick<Clock, 'now'>
  /** So long a measurement counts, ms. */
  readonly longestMs: number
  /** ms since the process began, on a clock that nobody sets. */
  readonly monotonic?: () => number
}

export class ClockSkew {
  readonly #options: ClockSkewOptions
  readonly #monotonic: () => number
  #measuring = false
  #skew: { readonly ms: number; readonly at: number; readonly monotonicAt: number } | null = null

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
    if (Math.abs(passed - (this.#monotonic() - skew.monotonicAt)) > STEP_MS) {
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
    const ms = await measureSkew(client(), clock)
    if (ms !== null) this.#skew = { ms, at: clock.now(), monotonicAt: this.#monotonic() }
    this.#measuring = false
  }
}

/**
 * From the quickest of a few round trips: its error is at most half of that trip. Null when none was answered.
 */
async function measureSkew(
  client: MarketClient,
  clock: Pick<Clock, 'now'>,
): Promise<number | null> {
  let best: { trip: number; skew: number } | null = null
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const asked = clock.now()
    const reply = await client.ask(client.dialect.time())
    const trip = clock.now() - asked
    if (reply.got !== 'answer' || (best !== null && best.trip <= trip)) continue
    best = { trip, skew: Math.round(reply.value - (asked + trip / 2)) }
  }
  return best === null ? null : best.skew
}
