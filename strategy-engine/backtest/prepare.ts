// The candles that a backtest of a strategy needs: its own, finer ones, and those of other markets beside it.
import { KeysideError } from '@keyside/runtime'
import { readCandleSet } from '../data/candle-store.ts'
import { between } from '../data/columns.ts'
import { type MarketRules, readMarketRules } from '../data/market-rules.ts'
import { type OpenedCandles, openCandleFile, openCandles } from '../data/open-candles.ts'
import { TIMEFRAME_NAMES, TIMEFRAMES, type Timeframe } from '../market/candle.ts'
import type { CandleColumns } from '../market/candle-columns.ts'
import { columnsIn } from '../market/candle-columns.ts'
import { otherMarketsOf } from '../strategies/file/parts.ts'
import type { Strategy } from '../strategies/file/strategy.ts'
import type { RunInput } from './run.ts'

export interface CandleSource {
  readonly home: string
  /** Whose candles of the home are meant. */
  readonly exchange: string
  /** Null for the home's. */
  readonly file: string | null
  /** Unix seconds: candles that open from then on, and before. */
  readonly from: number
  readonly to: number
  /** Whether finer candles say what came first within one. */
  readonly detail: boolean
  /** Unix seconds. */
  readonly now: number
}

export interface Prepared extends Omit<RunInput, 'options'> {
  /** What the venue asks of orders, as far as that was downloaded; none for a file's candles. */
  readonly rules: MarketRules | null
}

/** Throws `candles_missing`, also where none are left of the time that was asked for, and what else data/ throws. */
export function prepare(strategy: Strategy, source: CandleSource): Prepared {
  const { market, timeframe } = strategy
  const opened = open(source, market, timeframe)
  const candles = between(opened.columns, source.from, source.to)
  if (candles.length === 0)
    throw new KeysideError(
      'candles_missing',
      `${opened.path} has no candle of ${timeframe} in the time that was asked for: change --from and --to, or download more with "keyside data download ${market}"`,
    )
  const others = new Map(
    otherMarketsOf(strategy).map((other) => [other, beside(candles, other, timeframe, source)]),
  )
  const { stored, gaps } = opened
  const within = gaps.filter((gap) => gap.from >= source.from && gap.from < source.to)
  const thin = stored === timeframe ? null : { timeframe: stored, gaps: within.length }
  const rules = source.file === null ? readMarketRules(source.home, { ...source, market }) : null
  return { candles, thin, detail: detailOf(opened, source, market), others, rules }
}

function open({ file, home, exchange, now }: CandleSource, market: string, timeframe: Timeframe) {
  return file === null
    ? openCandles(home, { exchange, market, timeframe }, now)
    : openCandleFile(file, timeframe, now)
}

function beside(
  own: CandleColumns,
  market: string,
  timeframe: Timeframe,
  source: CandleSource,
): CandleColumns {
  if (source.file !== null)
    throw new KeysideError(
      'candles_missing',
      `a rule reads ${market}, and a file has the candles of one market: import both with "keyside data import" and leave --data out`,
    )
  return alignTo(own, open(source, market, timeframe).columns)
}

/** Candles of another market at the indices of these; NaN where it has none. */
export function alignTo(own: CandleColumns, other: CandleColumns): CandleColumns {
  const aligned = columnsIn(new Float64Array(own.length * 6).fill(Number.NaN), own.length)
  aligned.start.set(own.start.subarray(0, own.length))
  let at = 0
  for (let i = 0; i < own.length; i++) {
    const start = own.start[i] as number
    while (at < other.length && (other.start[at] as number) < start) at += 1
    if (at >= other.length || other.start[at] !== start) continue
    for (const price of ['open', 'high', 'low', 'close', 'volume'] as const)
      aligned[price][i] = other[price][at] as number
  }
  return aligned
}

/** The shortest that is stored, where that is shorter than what was asked for. */
function detailOf(opened: OpenedCandles, source: CandleSource, market: string): RunInput['detail'] {
  if (!source.detail) return undefined
  const { stored, timeframe } = opened
  const shortest = source.file === null ? shortestOf(source, market, timeframe) : stored
  if (TIMEFRAMES[shortest] < TIMEFRAMES[timeframe])
    return { timeframe: shortest, candles: open(source, market, shortest).columns }
  throw new KeysideError(
    'candles_missing',
    `there are no candles of ${market} that are shorter than ${timeframe} to say what came first within one: get some, or leave --detail out`,
  )
}

function shortestOf({ home, exchange }: CandleSource, market: string, most: Timeframe): Timeframe {
  const length = TIMEFRAMES[most]
  const shorter = TIMEFRAME_NAMES.filter((name) => length % TIMEFRAMES[name] === 0)
  return (
    shorter.find((timeframe) => readCandleSet(home, { exchange, market, timeframe }) !== null) ??
    most
  )
}
