// Orders closed candles for one subscriber: history, then live, with missed ones fetched in between.
import { type Cancel, type Clock, describeError, KeysideError } from '@keyside/runtime'
import { type Candle, TIMEFRAMES } from './candle.ts'
import type { FeedTrouble, Origin, Subscription } from './feed.ts'

export interface History {
  /** The newest `count` closed candles. */
  newest(count: number): Promise<Candle[]>
  /** Closed candles from `start` (Unix seconds) on, oldest first, as many as one answer holds. */
  since(start: number): Promise<Candle[]>
}

/** The live stream reports a close at once; after this long without it the candle is fetched, ms. */
const OVERDUE_MS = 1_000
const CHECK_MS = 500
const MAX_PAUSE_MS = 30_000
/** A market that the exchange does not have may be listed later. */
const UNKNOWN_PAUSE_MS = 300_000
/** The market counts as silent after this many requests without a new candle, about half a minute. */
const SILENT_AFTER = 6

type State = 'fetching' | 'following' | 'stopped'

export interface CandleSequencerOptions {
  readonly history: History
  readonly clock: Clock
  /** The exchange's time, Unix ms. */
  readonly exchangeNow: () => number
}

export class CandleSequencer {
  readonly #subscription: Subscription
  readonly #options: CandleSequencerOptions
  /** Seconds. */
  readonly #length: number
  readonly #cancelCheck: Cancel
  #cancelPause: Cancel = () => undefined
  #state: State = 'fetching'
  /** Start of the candle that comes next; null before the first. */
  #next: number | null = null
  #newestSeen = 0
  #failures = 0
  /** Requests in a row without a new candle. */
  #unanswered = 0
  #askAgainAt = 0
  #troubled: 'no' | 'unknown' | 'silent' = 'no'

  constructor(subscription: Subscription, options: CandleSequencerOptions) {
    this.#subscription = subscription
    this.#options = options
    this.#length = TIMEFRAMES[subscription.timeframe]
    this.#cancelCheck = options.clock.every(CHECK_MS, () => this.#check())
    this.#fetch()
  }

  /** Takes a candle that was seen to close, at any time and in any order. */
  accept(candle: Candle): void {
    this.#newestSeen = Math.max(this.#newestSeen, candle.start)
    if (this.#state !== 'following' || this.#next === null) return
    if (candle.start === this.#next) this.#give(candle, 'live')
    else if (candle.start > this.#next) this.#fetch()
  }

  stop(): void {
    this.#state = 'stopped'
    this.#cancelPause()
    this.#cancelCheck()
  }

  #check(): void {
    if (this.#state !== 'following' || this.#next === null) return
    const due = (this.#next + this.#length) * 1000 + OVERDUE_MS
    const { exchangeNow, clock } = this.#options
    if (exchangeNow() >= due && clock.now() >= this.#askAgainAt) this.#fetch()
  }

  #fetch(): void {
    const { history } = this.#options
    this.#state = 'fetching'
    const wanted =
      this.#next === null ? history.newest(this.#subscription.history) : history.since(this.#next)
    wanted.then(
      (candles) => this.#fetched(candles),
      (error) => this.#failed(error),
    )
  }

  #fetched(candles: Candle[]): void {
    this.#failures = 0
    this.#unanswered += 1
    if (this.#next === null) this.#giveHistory(candles)
    else this.#giveLive(candles)
    if (this.#isStopped()) return
    if (this.#unanswered >= SILENT_AFTER) this.#tellOnce('silent', silent(this.#subscription))
    const pause = Math.min(MAX_PAUSE_MS, CHECK_MS * 2 ** Math.max(0, this.#unanswered - 1))
    // A venue's REST side may learn of a close a moment after its stream told it.
    if (this.#next === null || this.#newestSeen >= this.#next)
      this.#pause(this.#unanswered === 0 ? 0 : pause)
    else {
      this.#askAgainAt = this.#options.clock.now() + pause
      this.#state = 'following'
    }
  }

  #giveHistory(candles: Candle[]): void {
    for (const candle of candles) {
      if (this.#next !== null && candle.start > this.#next) this.#tellGap(this.#next, candle.start)
      this.#count(candle)
    }
    this.#subscription.onHistory(candles)
  }

  #giveLive(candles: Candle[]): void {
    for (const candle of candles) {
      if (this.#isStopped()) return
      if (this.#next === null || candle.start < this.#next) continue
      const hole = candle.start > this.#next
      if (hole) this.#tellGap(this.#next, candle.start)
      this.#give(candle, hole ? 'after_hole' : 'live')
    }
  }

  #give(candle: Candle, origin: Exclude<Origin, 'history'>): void {
    this.#count(candle)
    this.#subscription.onCandle(candle, origin)
  }

  #count(candle: Candle): void {
    this.#next = candle.start + this.#length
    this.#unanswered = 0
    this.#askAgainAt = 0
    this.#troubled = 'no'
  }

  #tellGap(from: number, to: number): void {
    this.#subscription.onTrouble(gap(this.#subscription, from, to))
  }

  #failed(error: unknown): void {
    if (this.#isStopped()) return
    if (error instanceof KeysideError && error.code === 'market_unknown') {
      this.#tellOnce('unknown', { code: error.code, message: error.message })
      this.#pause(UNKNOWN_PAUSE_MS)
      return
    }
    if (this.#failures === 0) this.#subscription.onTrouble(unreachable(this.#subscription, error))
    this.#failures += 1
    this.#pause(Math.min(MAX_PAUSE_MS, 500 * 2 ** this.#failures))
  }

  #tellOnce(trouble: 'unknown' | 'silent', words: FeedTrouble): void {
    if (this.#troubled === trouble) return
    this.#troubled = trouble
    this.#subscription.onTrouble(words)
  }

  #pause(ms: number): void {
    this.#cancelPause = this.#options.clock.after(ms, () => this.#fetch())
  }

  // A subscriber may cancel from within its own callback.
  #isStopped(): boolean {
    return this.#state === 'stopped'
  }
}

function gap({ market, timeframe }: Subscription, from: number, to: number): FeedTrouble {
  const missing = (to - from) / TIMEFRAMES[timeframe]
  return {
    code: 'feed_gap',
    message: `the exchange has no ${missing} candle(s) of ${market} ${timeframe} from ${iso(from)} to ${iso(to)}: no entry is made on the first one after`,
  }
}

function unreachable({ market, timeframe }: Subscription, error: unknown): FeedTrouble {
  return {
    code: 'feed_unreachable',
    message: `cannot get candles of ${market} ${timeframe}, trying again: ${describeError(error).message}`,
  }
}

function silent({ market, timeframe }: Subscription): FeedTrouble {
  return {
    code: 'feed_silent',
    message: `no candle of ${market} ${timeframe} closes any more: trading there may be halted, and nothing is decided until one does`,
  }
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}
