// Two lots of candles become one.
import { type CandleColumns, COLUMNS, newColumns, slice } from './columns.ts'

export interface Merged {
  readonly columns: CandleColumns
  /** How many of the newer ones were not there before. */
  readonly added: number
  /** Starts of those that were there with other values, Unix seconds. */
  readonly conflicts: readonly number[]
}

/** Both in order. Where both have a candle and the two differ, the newer one's is taken and its start told. */
export function mergeCandles(older: CandleColumns, newer: CandleColumns): Merged {
  const made = newColumns(older.length + newer.length)
  const conflicts: number[] = []
  let [count, left, right, both] = [0, 0, 0, 0]
  const take = (from: CandleColumns, at: number) => {
    for (const name of COLUMNS) made[name][count] = Number(from[name][at])
    count++
  }
  while (left < older.length || right < newer.length) {
    const one = older.start[left] ?? Number.POSITIVE_INFINITY
    const other = newer.start[right] ?? Number.POSITIVE_INFINITY
    if (one < other) take(older, left++)
    else {
      if (one === other) {
        both++
        if (COLUMNS.some((name) => older[name][left] !== newer[name][right])) conflicts.push(one)
        left++
      }
      take(newer, right++)
    }
  }
  return { columns: slice(made, 0, count), added: newer.length - both, conflicts }
}

/** One behind the other. */
export function joinCandles(parts: readonly CandleColumns[]): CandleColumns {
  const made = newColumns(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    for (const name of COLUMNS) made[name].set(part[name], at)
    at += part.length
  }
  return made
}
