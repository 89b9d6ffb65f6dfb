import { expect, test } from 'vitest'
import type { Candle } from '../market/candle.ts'
import { candlesNeeded, createIndicatorSet, type SeriesName, seriesText } from './indicator-set.ts'

const CLOSES = [10, 11, 13, 12, 15, 14, 18, 17, 16, 20]

test.each<[SeriesName, (closes: number[]) => number | null]>([
  [{ price: 'close' }, (closes) => closes.at(-1) ?? null],
  [{ price: 'high' }, (closes) => (closes.at(-1) ?? 0) + 1],
  [
    { indicator: 'sma', period: 3 },
    (closes) => (closes.length < 3 ? null : mean(closes.slice(-3))),
  ],
  [{ indicator: 'ema', period: 3 }, (closes) => (closes.length < 3 ? null : smooth(closes, 0.5))],
  [{ indicator: 'rsi', period: 3 }, rsi3],
  [{ indicator: 'atr', period: 3 }, atr3],
])('%j follows its definition at every candle', (name, define) => {
  const indicators = createIndicatorSet([name])
  CLOSES.forEach((close, i) => {
    const value = indicators(candle(i, close))?.get(seriesText(name)) ?? null
    const expected = define(CLOSES.slice(0, i + 1))
    if (expected === null) expect(value).toBe(null)
    else expect(value).toBeCloseTo(expected, 10)
  })
})

test.each<[number, SeriesName[]]>([
  [1, [{ price: 'close' }]],
  [
    26,
    [
      { indicator: 'ema', period: 12 },
      { indicator: 'sma', period: 26 },
    ],
  ],
  [15, [{ indicator: 'rsi', period: 14 }]],
  [14, [{ indicator: 'atr', period: 14 }]],
])('%i candles are needed before %j have values', (count, names) => {
  expect(candlesNeeded(names)).toBe(count)
  const indicators = createIndicatorSet(names)
  const known = Array.from(
    { length: count },
    (_, i) => indicators(candle(i, 10 + (i % 3))) !== null,
  )
  expect(known.indexOf(true)).toBe(count - 1)
})

test('gives nothing until the slowest series has a value', () => {
  const indicators = createIndicatorSet([{ price: 'close' }, { indicator: 'rsi', period: 4 }])
  const given = CLOSES.map((close, i) => indicators(candle(i, close)) !== null)
  expect(given).toEqual([false, false, false, false, true, true, true, true, true, true])
})

function candle(start: number, close: number): Candle {
  const [high, low] = [String(close + 1), String(close - 1)]
  return { start, open: String(close), high, low, close: String(close), volume: '1' }
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function smooth(values: number[], weight: number): number {
  return values.reduce((average, value) => value * weight + average * (1 - weight))
}

/** Wilder's smoothing: the mean of the first three, then two parts of the old and one of the new. */
function wilder3(values: number[]): number | null {
  if (values.length < 3) return null
  return values.slice(3).reduce((old, value) => (old * 2 + value) / 3, mean(values.slice(0, 3)))
}

function rsi3(closes: number[]): number | null {
  const moves = closes.slice(1).map((close, i) => close - (closes[i] ?? 0))
  const gain = wilder3(moves.map((move) => Math.max(move, 0)))
  const loss = wilder3(moves.map((move) => Math.max(-move, 0)))
  return gain === null || loss === null ? null : 100 - 100 / (1 + gain / loss)
}

function atr3(closes: number[]): number | null {
  const ranges = closes.map((close, i) => {
    const before = closes[i - 1] ?? close
    return Math.max(2, Math.abs(close + 1 - before), Math.abs(close - 1 - before))
  })
  return wilder3(ranges)
}
