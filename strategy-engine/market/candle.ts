// A candle, and the timeframes it can have.

/** Closed. Prices (quote per base) and volume (base) are the exchange's own decimal text. */
export interface Candle {
  /** When it opened, Unix seconds. */
  readonly start: number
  readonly open: string
  readonly high: string
  readonly low: string
  readonly close: string
  readonly volume: string
}

/** Length in seconds. */
export const TIMEFRAMES = {
  '1s': 1,
  '1m': 60,
  '3m': 180,
  '5m': 300,
  '15m': 900,
  '30m': 1_800,
  '1h': 3_600,
  '2h': 7_200,
  '4h': 14_400,
  '6h': 21_600,
  '8h': 28_800,
  '12h': 43_200,
  '1d': 86_400,
} as const

export type Timeframe = keyof typeof TIMEFRAMES

export const TIMEFRAME_NAMES = Object.keys(TIMEFRAMES) as Timeframe[]
