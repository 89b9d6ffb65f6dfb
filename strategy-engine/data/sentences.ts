// How instants and candles that cannot be are told, UTC.
import type { CandleProblem } from '../market/candle-problem.ts'
import type { CandleColumns } from './columns.ts'

/** `2024-01-01 00:00:00 UTC`, or the number itself where it is no time. Unix seconds. */
export function instantText(at: number | undefined): string {
  const date = new Date((at ?? Number.NaN) * 1000)
  if (Number.isNaN(date.getTime())) return String(at)
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** For a sentence: `the candle of 2024-01-01 00:00:00 UTC is there twice`. */
export function problemText(columns: CandleColumns, { index, what }: CandleProblem): string {
  return `the candle of ${instantText(columns.start[index])} ${what}`
}
