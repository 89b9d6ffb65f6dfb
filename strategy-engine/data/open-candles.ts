// Candles for a backtest: those of a home, or of a file.
import { KeysideError } from '@keyside/runtime'
import { TIMEFRAME_NAMES, TIMEFRAMES, type Timeframe } from '../market/candle.ts'
import { type CandleSet, candlePath, readCandleSet } from './candle-store.ts'
import type { CandleColumns } from './columns.ts'
import { readForeignFile } from './foreign-file.ts'
import { type Gap, gapsOf } from './gaps.ts'
import { resample } from './resample.ts'

export interface OpenedCandles {
  readonly path: string
  /** What was asked for. */
  readonly timeframe: Timeframe
  /** What is stored; where it is shorter, `columns` are made of it. */
  readonly stored: Timeframe
  /** Closed candles in order, none that cannot be. */
  readonly columns: CandleColumns
  /** Where candles of the stored timeframe are missing between others. */
  readonly gaps: readonly Gap[]
}

/** Enough candles to judge a strategy, and few enough to download within a minute. */
const FIRST_CANDLES = 20_000
const MAX_FIRST_S = 5 * 365 * 86_400

/** Where a first download may begin, as `--from` reads it. Seconds. */
function firstFrom(length: number, now: number): string {
  const ago = Math.min(FIRST_CANDLES * length, MAX_FIRST_S)
  const hour = Math.floor((now - ago) / 3_600) * 3_600
  return new Date(hour * 1000).toISOString().slice(0, ago < 2 * 86_400 ? 16 : 10)
}

/** `now` in Unix seconds, for what the refusal proposes. Of the set itself; where it is not there, of the longest shorter one that is. Throws `candles_missing`. */
export function openCandles(home: string, set: CandleSet, now: number): OpenedCandles {
  const length = TIMEFRAMES[set.timeframe]
  const shorter = TIMEFRAME_NAMES.filter((name) => length % TIMEFRAMES[name] === 0).reverse()
  for (const stored of shorter) {
    const found = { ...set, timeframe: stored }
    const file = readCandleSet(home, found)
    if (file === null) continue
    return opened(candlePath(home, found), file.columns, { stored, timeframe: set.timeframe })
  }
  const { exchange, market, timeframe } = set
  throw new KeysideError(
    'candles_missing',
    `there are no candles of ${market} ${timeframe} of ${exchange}: run "keyside data download ${market} --timeframe ${timeframe} --from ${firstFrom(length, now)}", or import a file`,
  )
}

/**
 * Of a CSV file whose candles are of this timeframe or of a shorter one. `now` in Unix seconds: no candle may be
 * younger. Throws `candles_unreadable`, `candles_impossible`.
 */
export function openCandleFile(path: string, timeframe: Timeframe, now: number): OpenedCandles {
  const { columns, timeframe: stored } = readForeignFile(path, null, now)
  if (TIMEFRAMES[timeframe] % TIMEFRAMES[stored] === 0)
    return opened(path, columns, { stored, timeframe })
  throw new KeysideError(
    'candles_unreadable',
    `${path} has candles of ${stored}, of which none of ${timeframe} can be made: take a file with candles of ${timeframe} or shorter ones`,
  )
}

function opened(
  path: string,
  columns: CandleColumns,
  { stored, timeframe }: Pick<OpenedCandles, 'stored' | 'timeframe'>,
): OpenedCandles {
  const gaps = gapsOf(columns, TIMEFRAMES[stored])
  return { path, timeframe, stored, columns: resample(columns, stored, timeframe), gaps }
}
