// Candles for tests, as columns.
import type { CandleColumns } from '../../market/candle-columns.ts'

/** From the epoch on, one each `seconds`; each goes one up and one down from its close, of which it opened. */
export function candleColumns(closes: readonly number[], seconds = 60): CandleColumns {
  const column = (value: (close: number, i: number) => number) => Float64Array.from(closes, value)
  return {
    length: closes.length,
    start: column((_, i) => i * seconds),
    open: column((close) => close),
    high: column((close) => close + 1),
    low: column((close) => close - 1),
    close: column((close) => close),
    volume: column(() => 1),
  }
}

/** A view of the candles from <= i < to. */
export function slice(candles: CandleColumns, from: number, to: number): CandleColumns {
  const { start, open, high, low, close, volume } = candles
  return {
    length: to - from,
    start: start.subarray(from, to),
    open: open.subarray(from, to),
    high: high.subarray(from, to),
    low: low.subarray(from, to),
    close: close.subarray(from, to),
    volume: volume.subarray(from, to),
  }
}
