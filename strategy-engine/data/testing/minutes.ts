// Candles for tests: minutes from a start on, each a little different.
import { type CandleColumns, newColumns } from '../columns.ts'

/** `start` in Unix seconds. */
export function minutes(count: number, start = 0): CandleColumns {
  const columns = newColumns(count)
  for (let at = 0; at < count; at++) {
    const price = 100 + 10 * Math.sin(at / 7)
    columns.start[at] = start + 60 * at
    columns.open[at] = price
    columns.high[at] = price + 1
    columns.low[at] = price - 1
    columns.close[at] = price + Math.cos(at)
    columns.volume[at] = at % 5
  }
  return columns
}
