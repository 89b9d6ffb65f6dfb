// A year of candles for a rule from the chat: those of the home, and what is missing from the exchange, for as long as there is time.
import { rmSync, statSync } from 'node:fs'
import { type Clock, describeError } from '@keyside/runtime'
import { type CandleSet, candlePath, readCandleSet, storedPaths } from '../data/candle-store.ts'
import { downloadCandles } from '../data/download.ts'
import type { CandleSource, openSource } from '../data/exchange-candles.ts'
import { gapsOf } from '../data/gaps.ts'
import { outside, type Span, union } from '../data/spans.ts'
import { TIMEFRAME_NAMES, TIMEFRAMES } from '../market/candle.ts'

export const YEAR_S = 365 * 86_400
/** The newest are got from the exchange, no more: a year of minutes would take minutes. */
const MAX_CANDLES = 20_000
/** Stored candles are used as they are where at most so many newest ones are missing. */
const MAX_BEHIND = 24
/** Answers of the exchange between two looks at the clock. */
const PAGES = 4

export interface YearOptions {
  readonly home: string
  readonly set: CandleSet
  /** Of another server than the exchange's own. */
  readonly address: string | null
  readonly clock: Clock
  /** Unix ms: what has not come by then is not waited for. */
  readonly until: number
  readonly open: typeof openSource
}

/**
 * Gets what is missing, the newest first. Null where all is there that was wanted, else why not: the rest is used as far
 * as it goes. Never throws for what an exchange or a file says.
 */
export async function getYear(options: YearOptions): Promise<string | null> {
  const { home, set, address, clock, until, open } = options
  const length = TIMEFRAMES[set.timeframe]
  const now = clock.now() / 1000
  try {
    if (hasYear(home, set, now)) return null
    const source = await open(set, address)
    const time = await source.time()
    const timed: CandleSource = { ...source, time: async () => time }
    const first = firstOf(set, now)
    for (let to = Math.floor(now); to > first; ) {
      const left = until - clock.now()
      if (left <= 0) return `${set.market}: the exchange was too slow for more.`
      const from = Math.max(first, to - PAGES * source.pageSize * length)
      const signal = AbortSignal.timeout(left)
      const parts = { home, set, address, clock, signal, onProgress: () => undefined }
      const { candles } = await downloadCandles({ ...parts, source: timed, from, to })
      // The market is younger.
      if (candles === 0) return null
      to = from
    }
    return null
  } catch (error) {
    return `${set.market}: ${describeError(error).message}`
  }
}

/** Sets that the engine keeps, about half a megabyte each: whoever has the chat cannot fill the disk with them. */
const MAX_SETS = 40

/** Room for these: those that were not used for longest go. */
export function keepFewSets(home: string, wanted: readonly CandleSet[]): void {
  const own = new Set(wanted.map((set) => candlePath(home, set)))
  const others = storedPaths(home)
    .filter((path) => !own.has(path))
    .map((path) => ({ path, at: statSync(path).mtimeMs }))
    .sort((a, b) => b.at - a.at)
  for (const { path } of others.slice(MAX_SETS - own.size)) rmSync(path, { force: true })
}

/** The oldest candle that is wanted, Unix seconds. */
function firstOf({ timeframe }: CandleSet, now: number): number {
  return now - Math.min(YEAR_S, MAX_CANDLES * TIMEFRAMES[timeframe])
}

/** Whether all of it is there, up to a few of the newest: of the set, or of a shorter one of which it can be made. `now` in Unix seconds. */
export function hasYear(home: string, set: CandleSet, now: number): boolean {
  const length = TIMEFRAMES[set.timeframe]
  const [stored] = TIMEFRAME_NAMES.filter((name) => length % TIMEFRAMES[name] === 0)
    .reverse()
    .flatMap((timeframe) => readCandleSet(home, { ...set, timeframe }) ?? [])
  if (stored === undefined) return false
  const { start, length: count } = stored.columns
  const step = TIMEFRAMES[stored.timeframe]
  const [first, last] = [start[0], start[count - 1]]
  if (first === undefined || last === undefined) return false
  const holes = gapsOf(stored.columns, step).map((gap): Span => [gap.from, gap.to])
  const there = union([...stored.asked, ...outside([first, last + step], holes)])
  const wanted: Span = [firstOf(set, now) + length, now - MAX_BEHIND * length]
  return outside(wanted, there).length === 0
}
