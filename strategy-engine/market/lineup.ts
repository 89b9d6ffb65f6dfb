// Lines closed candles up for one subscriber: history, then live, with whatever was missed fetched in between.
import { type Cancel, type Clock, describeError, KeysideError } from '@keyside/runtime'
import { type Candle, TIMEFRAMES } from './candle.ts'
import type { FeedTrouble, Origin, Subscription } from './feed.ts'

export interface History {
  /** The newest `count` closed candles. */
  newest(count: number): Promise<Candle[]>
  /** Closed candles from `start` (Unix seconds) on, oldest first, as many as one answer holds. */
  since(start: number): Promise<Candle[]>
}

export interface Lineup {
  /** Takes a candle that was seen to close, at any time and in any order. */
  accept(candle: Candle): void
  stop: Cancel
}

/** The live stream tells the close at once; after this long without word it is asked for, ms. */
const OVERDUE_MS = 1_000
const CHECK_MS = 500
const LONGEST_PAUSE_MS = 30_000

type State = 'fetching' | 'following' | 'stopped'

/** `exchangeNow` is the exchange's time, Unix ms. */
export function createLineup(
  subscription: Subscription,
  history: History,
  { clock, exchangeNow }: { clock: Clock; exchangeNow: () => number },
): Lineup {
  const length = TIMEFRAMES[subscription.timeframe]
  let state: State = 'fetching'
  /** Start of the candle that comes next; null before the first. */
  let next: number | null = null
  let newestSeen = 0
  let failures = 0
  let cancelPause: Cancel = () => undefined

  function accept(candle: Candle): void {
    newestSeen = Math.max(newestSeen, candle.start)
    if (state !== 'following') return
    if (candle.start === next) give(candle, 'live')
    else if (next === null || candle.start > next) fetch()
  }

  function give(candle: Candle, origin: Origin): void {
    next = candle.start + length
    subscription.onCandle(candle, origin)
  }

  function fetch(): void {
    state = 'fetching'
    const wanted = next === null ? history.newest(subscription.history) : history.since(next)
    wanted.then(fetched, failed)
  }

  function fetched(candles: Candle[]): void {
    failures = 0
    const origin = next === null ? 'history' : 'live'
    for (const candle of candles) {
      if (isStopped()) return
      take(candle, origin)
    }
    if (isStopped()) return
    // A venue's REST side may learn of a close a moment after its stream told it.
    if (next === null || newestSeen >= next) pause(candles.length > 0 ? 0 : CHECK_MS)
    else state = 'following'
  }

  function take(candle: Candle, origin: Origin): void {
    if (next !== null && candle.start < next) return
    const hole = next !== null && candle.start > next ? next : null
    if (hole !== null) subscription.onTrouble(gap(subscription, hole, candle.start))
    give(candle, hole !== null && origin === 'live' ? 'after_hole' : origin)
  }

  function failed(error: unknown): void {
    if (isStopped()) return
    if (error instanceof KeysideError && error.code === 'market_unknown') {
      subscription.onTrouble({ code: error.code, message: error.message })
      stop()
      return
    }
    if (failures === 0) subscription.onTrouble(unreachable(subscription, error))
    failures += 1
    pause(Math.min(LONGEST_PAUSE_MS, 500 * 2 ** failures))
  }

  function pause(ms: number): void {
    cancelPause = clock.after(ms, () => fetch())
  }

  function isStopped(): boolean {
    return state === 'stopped'
  }

  const cancelCheck = clock.every(CHECK_MS, () => {
    if (state !== 'following' || next === null) return
    if (exchangeNow() >= (next + length) * 1000 + OVERDUE_MS) fetch()
  })
  function stop(): void {
    state = 'stopped'
    cancelPause()
    cancelCheck()
  }

  fetch()
  return { accept, stop }
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

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}
