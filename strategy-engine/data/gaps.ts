// Where candles are missing.
import type { CandleColumns } from './columns.ts'
import { outside, type Span } from './spans.ts'

/** Candles that are not there, from one start to another. */
export interface Gap {
  /** Start of the first one that is missing, Unix seconds. */
  readonly from: number
  /** Start of the next one that is there. */
  readonly to: number
  readonly candles: number
}

export interface StoredGap extends Gap {
  /** The exchange was asked for all of it, and has none. */
  readonly asked: boolean
}

/** Between the candles that are there; what is missing before the first or after the last is no gap. */
export function gapsOf({ start, length }: CandleColumns, seconds: number): Gap[] {
  const gaps: Gap[] = []
  for (let at = 1; at < length; at++) {
    const from = Number(start[at - 1]) + seconds
    const to = Number(start[at])
    if (to > from) gaps.push({ from, to, candles: (to - from) / seconds })
  }
  return gaps
}

/** `asked`: what the exchange has answered for. */
export function storedGaps(
  columns: CandleColumns,
  seconds: number,
  asked: readonly Span[],
): StoredGap[] {
  return gapsOf(columns, seconds).map((gap) => {
    return { ...gap, asked: outside([gap.from, gap.to], asked).length === 0 }
  })
}
