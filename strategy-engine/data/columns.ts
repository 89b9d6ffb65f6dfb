// Columns of candles: made, cut and put together.
import { type CandleColumns, columnsIn } from '../market/candle-columns.ts'

export type { CandleColumns }

const PRICES = ['open', 'high', 'low', 'close'] as const

/** In the order of the files. */
export const COLUMNS = ['start', ...PRICES, 'volume'] as const

export type ColumnName = (typeof COLUMNS)[number]

export function newColumns(length: number): CandleColumns {
  return columnsIn(new Float64Array(length * COLUMNS.length), length)
}

/** Of rows in the order of the files, times in Unix seconds. */
export function columnsOfRows(rows: readonly (readonly number[])[]): CandleColumns {
  const columns = newColumns(rows.length)
  COLUMNS.forEach((name, cell) => {
    const column = columns[name]
    rows.forEach((row, at) => {
      column[at] = row[cell] ?? Number.NaN
    })
  })
  return columns
}

/** The candles `from <= at < to`, without copying. */
export function slice(columns: CandleColumns, from: number, to: number): CandleColumns {
  const column = (name: ColumnName) => columns[name].subarray(from, to)
  const start = column('start')
  return {
    length: start.length,
    start,
    open: column('open'),
    high: column('high'),
    low: column('low'),
    close: column('close'),
    volume: column('volume'),
  }
}

/** The first candle that opens at `start` or after it; the length where there is none. */
function indexFrom({ start, length }: CandleColumns, from: number): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (Number(start[middle]) < from) low = middle + 1
    else high = middle
  }
  return low
}

/** Those that open from `from` on and before `to`, Unix seconds. */
export function between(columns: CandleColumns, from: number, to: number): CandleColumns {
  return slice(columns, indexFrom(columns, from), indexFrom(columns, to))
}
