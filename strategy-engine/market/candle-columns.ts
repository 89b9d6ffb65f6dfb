// Candles as columns of numbers: what indicators, rules and backtests reckon with.
import type { Candle } from './candle.ts'

/** Closed candles, oldest first. Prices are quote per base, volume is base. Floats: no money is decided from them. */
export interface CandleColumns {
  readonly length: number
  /** When each opened, Unix seconds. */
  readonly start: Float64Array
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly close: Float64Array
  readonly volume: Float64Array
}

export function columnsOf(candles: readonly Candle[]): CandleColumns {
  const column = (read: (candle: Candle) => string | number) =>
    Float64Array.from(candles, (candle) => Number(read(candle)))
  return {
    length: candles.length,
    start: column(({ start }) => start),
    open: column(({ open }) => open),
    high: column(({ high }) => high),
    low: column(({ low }) => low),
    close: column(({ close }) => close),
    volume: column(({ volume }) => volume),
  }
}
