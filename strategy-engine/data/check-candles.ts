// How a candle that cannot be is told.
import type { CandleProblem } from '../market/candle-problem.ts'
import type { CandleColumns } from './columns.ts'
import { instantText } from './instants.ts'

/** For a sentence: `the candle of 2024-01-01 00:00:00 UTC is there twice`. */
export function problemText(columns: CandleColumns, { index, what }: CandleProblem): string {
  return `the candle of ${instantText(columns.start[index])} ${what}`
}
