// The port for candles, live or replayed.
import type { Cancel } from '@keyside/runtime'
import type { Candle, Timeframe } from './candle.ts'

/** `history`: it closed before the subscription. `after_hole`: the candles just before it do not exist. */
export type Origin = 'history' | 'live' | 'after_hole'

export const FEED_CODES = [
  'market_unknown',
  'market_late',
  'market_repairing',
  'feed_unreachable',
  'feed_silent',
  'feed_gap',
  'candle_refused',
  'candle_corrected',
  'clock_differs',
] as const

type FeedCode = (typeof FEED_CODES)[number]

export interface FeedTrouble {
  readonly code: FeedCode
  /** A sentence that says what to do, or what happens by itself. */
  readonly message: string
}

/**
 * `fresh`: the candle that closed last was given. `late`: it is due. `repairing`: more than one is missing, and they are
 * asked for. `down`: they cannot be had. Each change but that to `fresh` comes with its trouble.
 */
export type MarketStatus = 'fresh' | 'late' | 'repairing' | 'down'

export interface Subscription {
  /** CCXT unified symbol. */
  readonly market: string
  readonly timeframe: Timeframe
  /** How many closed candles to give first; fewer come if the market is younger. */
  readonly history: number
  /** The last candle that the subscriber has seen before: if the exchange still says the same of it, only later ones come. */
  readonly known?: Candle | undefined
  /** All available history, oldest first: once, and before all else. `goesOn`: it begins right after `known`. */
  readonly onHistory: (candles: readonly Candle[], goesOn: boolean) => void
  readonly onCandle: (candle: Candle, origin: Exclude<Origin, 'history'>) => void
  /** At each change; the first is `fresh`, or what is wrong. */
  readonly onStatus: (status: MarketStatus) => void
  readonly onTrouble: (trouble: FeedTrouble) => void
}

/**
 * Gives closed candles only, none that cannot be: history first, then live, in order, none twice. What was missed is
 * fetched before anything newer is given; candles that do not exist are told as `feed_gap`.
 */
export interface Feed {
  subscribe(subscription: Subscription): Cancel
  /** Nothing is given after it was called. */
  close(): Promise<void>
}
