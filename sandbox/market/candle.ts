// Candles as the sandbox shows them, and the intervals it knows.

export const INTERVALS = {
  '1s': 1_000,
  '1m': 60_000,
  '3m': 180_000,
  '5m': 300_000,
  '15m': 900_000,
  '1h': 3_600_000,
  '4h': 14_400_000,
  '1d': 86_400_000,
} as const

export type Interval = keyof typeof INTERVALS

/** Prices and volumes are decimal strings, times Unix ms; `closeTime` is the candle's last millisecond. */
export interface Candle {
  readonly openTime: number
  readonly closeTime: number
  readonly open: string
  readonly high: string
  readonly low: string
  readonly close: string
  readonly volume: string
  /** Volume at the middle of open, high, low and close: an estimate. */
  readonly quoteVolume: string
  readonly firstTrade: number
  readonly trades: number
  readonly closed: boolean
}

export interface CandleQuery {
  /** Earliest open time; without it the newest candles are given. */
  readonly start?: number | undefined
  /** Latest open time. */
  readonly end?: number | undefined
  readonly limit: number
}

export function isInterval(text: string): text is Interval {
  return Object.hasOwn(INTERVALS, text)
}
