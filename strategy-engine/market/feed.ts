// The port for candles, live or replayed.
import type { Cancel } from '@keyside/runtime'
import type { Candle, Timeframe } from './candle.ts'

/** Venues that have a feed of live candles here. */
export const FEED_NAMES = ['binance'] as const

/** `history`: it closed before the subscription. `after_hole`: the candles just before it do not exist. */
export type Origin = 'history' | 'live' | 'after_hole'

export const FEED_CODES = [
  'market_unknown',
  'feed_unreachable',
  'feed_silent',
  'feed_gap',
  'clock_differs',
] as const

type FeedCode = (typeof FEED_CODES)[number]

export interface FeedTrouble {
  readonly code: FeedCode
  /** A sentence that says what to do, or what happens by itself. */
  readonly message: string
}

export interface Subscription {
  /** CCXT unified symbol. */
  readonly market: string
  readonly timeframe: Timeframe
  /** How many closed candles to give first; fewer come if the market is younger. At most 999. */
  readonly history: number
  /** All available history, oldest first: once, and before all else. */
  readonly onHistory: (candles: readonly Candle[]) => void
  readonly onCandle: (candle: Candle, origin: Exclude<Origin, 'history'>) => void
  readonly onTrouble: (trouble: FeedTrouble) => void
}

/**
 * Gives closed candles only: history first, then live, in order, none twice. What was missed is fetched before
 * anything newer is given; candles that do not exist are told as `feed_gap`.
 */
export interface Feed {
  subscribe(subscription: Subscription): Cancel
  /** Nothing is given after it was called. */
  close(): Promise<void>
}
