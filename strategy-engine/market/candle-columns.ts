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

/** Of numbers that lie one behind the other in `values`, a column after the other; nothing is copied. */
export function columnsIn(values: Float64Array, length: number): CandleColumns {
  const column = (at: number) => values.subarray(at * length, (at + 1) * length)
  return {
    length,
    start: column(0),
    open: column(1),
    high: column(2),
    low: column(3),
    close: column(4),
    volume: column(5),
  }
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
