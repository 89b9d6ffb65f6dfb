// Candles as CSV, in the form that other programs read: times in Unix milliseconds.
import Big from 'big.js'
import type { CandleColumns } from './columns.ts'

const LINES = 10_000

/** In pieces of some thousand lines. The first line names the columns. */
export function* candlesAsCsv({ length, start, ...prices }: CandleColumns): Generator<string> {
  const { open, high, low, close, volume } = prices
  yield 'timestamp,open,high,low,close,volume\n'
  for (let from = 0; from < length; from += LINES) {
    const lines: string[] = []
    for (let at = from; at < Math.min(length, from + LINES); at++)
      lines.push(
        `${Number(start[at]) * 1000},${[open, high, low, close, volume].map((column) => decimal(Number(column[at]))).join(',')}\n`,
      )
    yield lines.join('')
  }
}

/** Never in powers of ten, which not every program reads. */
function decimal(value: number): string {
  const text = String(value)
  return text.includes('e') ? new Big(text).toFixed() : text
}
