// Orders closed candles for one subscriber: history, then live, with missed ones fetched in between and bad ones left out.
import { type Cancel, type Clock, KeysideError } from '@keyside/runtime'
import { type Candle, TIMEFRAMES } from './candle.ts'
import { CandleGate, isSame } from './candle-gate.ts'
import type { FeedTrouble, MarketStatus, Origin, Subscription } from './feed.ts'
import { gap, late, repairing, silent, unreachable } from './feed-troubles.ts'

export interface History {
  /** The newest `count` closed candles. */
  newest(count: number): Promise<Candle[]>
  /** Closed candles from `start` (Unix seconds) on, oldest first, as many as one answer holds. */
  since(start: number): Promise<Candle[]>
}

/** How often `check` is to be called, ms. */
export const CHECK_MS = 500
/** The live stream reports a close at once; after this long without it the candle is fetched, ms. */
const OVERDUE_MS = 1_000
/** A candle that was not even fetched by then is late, ms. */
const LATE_MS = 5_000
const MAX_PAUSE_MS = 30_000
/** A market that the exchange does not have may be listed later. */
const UNKNOWN_PAUSE_MS = 300_000
/** So many candles behind the known one are asked for, and fit into one answer; of more, all history is. */
const MAX_BEHIND = 900
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
  readonly #gate: CandleGate
  /** Seconds. */
  readonly #length: number
  #cancelPause: Cancel = () => undefined
  #state: State = 'fetching'
  /** Start of the candle that comes next; null before the first. */
  #next: number | null = null
  /** Of the subscription, as long as history may begin behind it. */
  #known: Candle | null
  #newestSeen = 0
  #failures = 0
  /** Requests in a row without a new candle. */
  #unanswered = 0
  #askAgainAt = 0
  #isUnknown = false
  #status: MarketStatus | null = null

  constructor(subscription: Subscription, options: CandleSequencerOptions) {
    this.#subscription = subscription
    this.#options = options
    this.#length = TIMEFRAMES[subscription.timeframe]
    this.#gate = new CandleGate(subscription, options.exchangeNow)
    this.#known = subscription.known ?? null
    this.#fetch()
  }

  /** Takes a candle that was seen to close, at any time and in any order. */
  accept(candle: Candle): void {
    if (!this.#gate.passes(candle)) {
      // What the exchange keeps may be right where its stream was not.
      if (this.#state === 'following' && this.#options.clock.now() >= this.#askAgainAt)
        this.#fetch()
      return
    }
    this.#newestSeen = Math.max(this.#newestSeen, candle.start)
    if (this.#state !== 'following' || this.#next === null) return
    if (candle.start === this.#next) this.#give(candle, 'live')
    else if (candle.start > this.#next) this.#fetch()
    this.#tellStatus()
  }

  /** Every CHECK_MS: asks for what is overdue. */
  check(): void {
    if (this.#state === 'following' && this.#next !== null) {
      const due = (this.#next + this.#length) * 1000 + OVERDUE_MS
      const { exchangeNow, clock } = this.#options
      if (exchangeNow() >= due && clock.now() >= this.#askAgainAt) this.#fetch()
    }
    this.#tellStatus()
  }

  stop(): void {
    this.#state = 'stopped'
    this.#cancelPause()
  }

  #wanted(): Promise<Candle[]> {
    const { history } = this.#options
    if (this.#next !== null) return history.since(this.#next)
    if (this.#known !== null && this.#isNear(this.#known)) return history.since(this.#known.start)
    this.#known = null
    return history.newest(this.#subscription.history)
  }

  #isNear({ start }: Candle): boolean {
    const behind = (this.#options.exchangeNow() / 1000 - start) / this.#length
    return behind <= Math.min(MAX_BEHIND, this.#subscription.history)
  }

  #fetch(): void {
    this.#state = 'fetching'
    this.#wanted().then(
      (candles) => this.#fetched(candles),
      (error) => this.#failed(error),
    )
  }

  #fetched(candles: Candle[]): void {
    if (this.#isStopped()) return
    this.#failures = 0
    this.#isUnknown = false
    this.#unanswered += 1
    // A candle that stays bad counts as one that does not exist; until then nothing after it is given.
    const { good, isWhole } = this.#gate.sift(candles)
    const last = isWhole || this.#unanswered >= SILENT_AFTER ? good.length : good.findIndex(isNull)
    const usable = good.slice(0, last).filter((candle) => candle !== null)
    if (this.#next === null && this.#known !== null && !this.#isStillThere(this.#known, good[0])) {
      this.#known = null
      this.#fetch()
      return
    }
    if (this.#next !== null) this.#giveLive(usable)
    else if (isWhole || this.#unanswered >= SILENT_AFTER) this.#giveHistory(usable)
    if (this.#isStopped()) return
    const pause = Math.min(MAX_PAUSE_MS, CHECK_MS * 2 ** Math.max(0, this.#unanswered - 1))
    // A venue's REST side may learn of a close a moment after its stream told it.
    if (this.#next === null || this.#newestSeen >= this.#next)
      this.#pause(this.#unanswered === 0 ? 0 : pause)
    else {
      this.#askAgainAt = this.#options.clock.now() + pause
      this.#state = 'following'
    }
    this.#tellStatus()
  }

  /** The clock may have been set meanwhile. */
  #isStillThere(known: Candle, first: Candle | null | undefined): boolean {
    return first?.start === known.start && isSame(first, known) && this.#isNear(known)
  }

  #giveHistory(found: readonly Candle[]): void {
    const goesOn = this.#known !== null
    const candles = goesOn ? found.slice(1) : found
    if (this.#known !== null) this.#count(this.#known)
    this.#known = null
    for (const candle of candles) {
      if (this.#next !== null && candle.start > this.#next) this.#tellGap(this.#next, candle.start)
      this.#count(candle)
    }
    this.#subscription.onHistory(candles, goesOn)
  }

  #giveLive(candles: readonly Candle[]): void {
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
    this.#gate.given(candle)
    this.#next = candle.start + this.#length
    this.#unanswered = 0
    this.#askAgainAt = 0
  }

  #tellGap(from: number, to: number): void {
    this.#subscription.onTrouble(gap(this.#subscription, from, to))
  }

  #failed(error: unknown): void {
    if (this.#isStopped()) return
    if (error instanceof KeysideError && error.code === 'market_unknown') {
      this.#isUnknown = true
      this.#tellStatus({ code: error.code, message: error.message })
      this.#pause(UNKNOWN_PAUSE_MS)
      return
    }
    this.#failures += 1
    this.#tellStatus(unreachable(this.#subscription, error))
    this.#pause(Math.min(MAX_PAUSE_MS, 500 * 2 ** this.#failures))
  }

  /** Once at each change. */
  #tellStatus(why?: FeedTrouble): void {
    if (this.#isStopped()) return
    const [status, trouble] = this.#statusNow(why)
    if (status === null || status === this.#status) return
    this.#status = status
    if (trouble) this.#subscription.onTrouble(trouble)
    this.#subscription.onStatus(status)
  }

  #statusNow(why?: FeedTrouble): [MarketStatus | null, FeedTrouble | undefined] {
    const subscription = this.#subscription
    if (this.#isUnknown || this.#failures > 0) return ['down', why]
    if (this.#unanswered >= SILENT_AFTER) return ['down', silent(subscription)]
    if (this.#next === null) return [null, undefined]
    const due = this.#next + this.#length
    const behindMs = this.#options.exchangeNow() - due * 1000
    if (behindMs >= Math.max(this.#length * 1000, LATE_MS))
      return ['repairing', repairing(subscription, this.#next)]
    return behindMs >= LATE_MS ? ['late', late(subscription, due)] : ['fresh', undefined]
  }

  #pause(ms: number): void {
    this.#cancelPause = this.#options.clock.after(ms, () => this.#fetch())
  }

  // A subscriber may cancel from within its own callback.
  #isStopped(): boolean {
    return this.#state === 'stopped'
  }
}

function isNull(value: unknown): value is null {
  return value === null
}
