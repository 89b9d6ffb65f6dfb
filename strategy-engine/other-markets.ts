// The candles of other markets that rules name: a candle is decided on when those of the same time are there, or late.
import type { Cancel, Clock } from '@keyside/runtime'
import { type Candle, TIMEFRAMES, type Timeframe } from './market/candle.ts'
import { type CandleColumns, columnsOf } from './market/candle-columns.ts'
import type { Feed, FeedTrouble, Subscription } from './market/feed.ts'

/** How long a candle waits for those of other markets, ms: after that they are unknown. */
const WAIT_MS = 5_000
/** So many candles of another market are kept for a candle that has yet to come. */
const KEPT = 100

export interface OtherMarketsOptions {
  readonly markets: readonly string[]
  readonly timeframe: Timeframe
  readonly history: number
  readonly feed: Feed
  readonly clock: Clock
  readonly onTrouble: (market: string, trouble: FeedTrouble) => void
}

/** A piece of work, and until when it waits for which candle. */
interface Waiting {
  /** Start of the last candle that it reads, Unix seconds. */
  readonly start: number
  isLate: boolean
  readonly cancel: Cancel
  readonly go: () => void
}

export class OtherMarkets {
  readonly #options: OtherMarketsOptions
  readonly #candles = new Map<string, Map<number, Candle>>()
  readonly #cancels: Cancel[]
  readonly #waiting: Waiting[] = []

  constructor(options: OtherMarketsOptions) {
    this.#options = options
    this.#cancels = options.markets.map((market) => options.feed.subscribe(this.#of(market)))
  }

  /** Runs `go` when all candles up to `start` are there or late, in the order of the calls. */
  whenThere(start: number, go: () => void): void {
    if (this.#options.markets.length === 0) {
      go()
      return
    }
    const waiting: Waiting = {
      start,
      isLate: false,
      go,
      cancel: this.#options.clock.after(WAIT_MS, () => {
        waiting.isLate = true
        this.#release()
      }),
    }
    this.#waiting.push(waiting)
    this.#release()
  }

  /** Of each market the candles that opened with these, NaN where there is none. */
  beside({ start }: CandleColumns): ReadonlyMap<string, CandleColumns> {
    return new Map(
      this.#options.markets.map((market) => {
        const known = this.#candles.get(market)
        return [market, columnsOf(Array.from(start, (at) => known?.get(at) ?? unknownAt(at)))]
      }),
    )
  }

  stop(): void {
    for (const cancel of this.#cancels) cancel()
    for (const { cancel } of this.#waiting) cancel()
    this.#waiting.length = 0
  }

  #of(market: string): Subscription {
    const { timeframe, history, onTrouble } = this.#options
    const known = new Map<number, Candle>()
    this.#candles.set(market, known)
    return {
      market,
      timeframe,
      history,
      onHistory: (candles) => {
        for (const candle of candles) known.set(candle.start, candle)
        this.#release()
      },
      onCandle: (candle) => {
        known.set(candle.start, candle)
        // The past is read once, at the beginning.
        const oldest = candle.start - Math.max(KEPT, history) * TIMEFRAMES[timeframe]
        for (const start of known.keys()) {
          if (start >= oldest) break
          known.delete(start)
        }
        this.#release()
      },
      onStatus: () => undefined,
      onTrouble: (trouble) => onTrouble(market, trouble),
    }
  }

  #release(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const { start, isLate } = first
      const isThere = [...this.#candles.values()].every((known) => known.has(start))
      if (!isThere && !isLate) return
      this.#waiting.shift()
      first.cancel()
      first.go()
    }
  }
}

function unknownAt(start: number): Candle {
  const none = 'NaN'
  return { start, open: none, high: none, low: none, close: none, volume: none }
}
