// The check for impossible candles, for every source: the exchange's stream, its history, or a file.
import type { CandleColumns } from './candle-columns.ts'

const PRICES = ['open', 'high', 'low', 'close'] as const

export interface CandleProblem {
  /** Which candle, from 0. */
  readonly index: number
  /** What is wrong with it, to follow its name in a sentence. */
  readonly what: string
}

/** The first candle that cannot be, or null. `length` in seconds; `now`, where it is given, in Unix seconds. */
export function findProblem(
  columns: CandleColumns,
  length: number,
  now = Number.POSITIVE_INFINITY,
): CandleProblem | null {
  const { start, open, high, low, close, volume } = columns
  const count = columns.length
  let before = Number.NEGATIVE_INFINITY
  for (let at = 0; at < count; at++) {
    const s = start[at] ?? Number.NaN
    const o = open[at] ?? Number.NaN
    const h = high[at] ?? Number.NaN
    const l = low[at] ?? Number.NaN
    const c = close[at] ?? Number.NaN
    const v = volume[at] ?? Number.NaN
    // NaN makes each comparison false. This is the fast test of a good candle; the reasons for a refusal are found below.
    const fine =
      (s === before + length || (s > before && s >= 0 && Number.isInteger(s / length))) &&
      s <= now &&
      l > 0 &&
      l <= o &&
      l <= c &&
      o <= h &&
      c <= h &&
      h < Number.POSITIVE_INFINITY &&
      v >= 0 &&
      v < Number.POSITIVE_INFINITY
    if (!fine) return { index: at, what: whatIsWrong(columns, at, { before, length, now }) }
    before = s
  }
  return null
}

function whatIsWrong(
  columns: CandleColumns,
  at: number,
  { before, length, now }: { before: number; length: number; now: number },
): string {
  const start = columns.start[at] ?? Number.NaN
  if (!(start >= 0 && start < Number.POSITIVE_INFINITY)) return 'has no time'
  if (start === before) return 'is there twice'
  if (start < before) return 'is older than the one before it'
  if (start % length !== 0) return 'does not open where a candle of this timeframe does'
  if (start > now) return 'is from the future'
  const bad = PRICES.find((name) => !isPrice(columns[name][at]))
  if (bad !== undefined) return `has the ${bad} price ${columns[bad][at]}`
  const { open, high, low, close } = columns
  if (Number(high[at]) < Number(low[at]))
    return `has a high of ${high[at]} below its low of ${low[at]}`
  for (const [name, column] of [
    ['open', open],
    ['close', close],
  ] as const) {
    const value = Number(column[at])
    if (value > Number(high[at]))
      return `has the ${name} price ${value} above its high of ${high[at]}`
    if (value < Number(low[at])) return `has the ${name} price ${value} below its low of ${low[at]}`
  }
  return `has the volume ${columns.volume[at]}`
}

function isPrice(value: number | undefined): boolean {
  return value !== undefined && value > 0 && value < Number.POSITIVE_INFINITY
}
