// Seeded candles for tests and benches: a random walk with gaps in the price and, where asked, in time.
import { seededNumbers } from '../backtest/search/seeded-numbers.ts'
import type { CandleColumns } from '../market/candle-columns.ts'

export interface RandomCandles {
  readonly length: number
  readonly seed: number
  /** Seconds. */
  readonly seconds?: number
  /** Unix seconds. */
  readonly start?: number
  readonly price?: number
  /** How far a candle goes, as a part of the price. */
  readonly range?: number
}

/** Whole numbers of a cent; every tenth candle opens away from the close before. */
export function randomCandles({
  length,
  seed,
  seconds = 60,
  start = Date.UTC(2024, 0, 1) / 1000,
  price = 40_000,
  range = 0.002,
}: RandomCandles): CandleColumns {
  const column = () => new Float64Array(length)
  const candles = {
    length,
    start: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
  }
  const next = seededNumbers(seed)
  const cent = (value: number) => Math.max(0.01, Math.round(value * 100) / 100)
  let last = price
  for (let i = 0; i < length; i++) {
    const open = next() < 0.1 ? cent(last * (1 + (next() - 0.5) * range)) : last
    const close = cent(open * (1 + (next() - 0.5) * range))
    candles.start[i] = start + i * seconds
    candles.open[i] = open
    candles.close[i] = close
    candles.high[i] = cent(Math.max(open, close) * (1 + next() * range * 0.3))
    candles.low[i] = cent(Math.min(open, close) * (1 - next() * range * 0.3))
    candles.volume[i] = Math.round(next() * 1e4) / 1e3
    last = close
  }
  return candles
}
