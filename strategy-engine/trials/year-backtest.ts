// The backtest of a rule from the chat over a year of candles.
import { type Clock, KeysideError } from '@keyside/runtime'
import { agentMaker } from '@keyside/runtime/web'
import { type Prepared, prepare } from '../backtest/prepare.ts'
import { type RunOptions, runBacktest } from '../backtest/run.ts'
import type { CandleSet } from '../data/candle-store.ts'
import { openSource } from '../data/exchange-candles.ts'
import { TIMEFRAMES } from '../market/candle.ts'
import { otherMarketsOf } from '../strategies/file/parts.ts'
import type { Strategy } from '../strategies/file/strategy.ts'
import { compact, type YearBacktest } from './compact.ts'
import { clipped } from './shown-rules.ts'
import { getYear, hasYear, keepFewSets, YEAR_S } from './year.ts'

type ProxySetting = Parameters<typeof agentMaker>[0]

/** Where its candles are, and may be put. */
export interface YearSource {
  /** Of the home: used where all is there. */
  readonly home: string
  /** The engine's own, which is filled from the exchange. */
  readonly own: string
  /** ccxt's name. */
  readonly exchange: string
  readonly address: string | null
  /** How the exchange is reached, where not directly; files of it are relative to `home`. */
  readonly proxy: ProxySetting | null
  /** How long the exchange may take, ms. */
  readonly timeoutMs: number
}

/** Candles of one run: more would take seconds. */
const MAX_CANDLES = 600_000
const BALANCE = 10_000
/** Percent a side, where the venue's is not known. */
const USUAL_FEE = 0.1

/** `onReady`: the candles are there, and the run begins. */
export async function yearBacktest(
  strategy: Strategy,
  source: YearSource,
  clock: Clock,
  onReady: () => void = () => undefined,
): Promise<YearBacktest> {
  const { home, missing } = await candlesFor(strategy, source, clock)
  try {
    const to = Math.floor(clock.now() / 1000)
    const from = to - Math.min(YEAR_S, MAX_CANDLES * TIMEFRAMES[strategy.timeframe])
    const { exchange } = source
    const asked = { home, exchange, file: null, from, to, detail: false, now: to }
    const { rules, ...input } = prepare(strategy, asked)
    onReady()
    const tested = runBacktest(strategy, { ...input, options: optionsOf(rules) })
    return compact(tested, missing)
  } catch (error) {
    if (!(error instanceof KeysideError)) throw error
    const why = error.code === 'candles_missing' ? (missing[0] ?? error.message) : error.message
    return { ran: 'no', code: error.code, message: clipped(why, 500) }
  }
}

/** In which folder they are, and what could not be had. */
async function candlesFor(
  strategy: Strategy,
  { home, own, exchange, address, proxy, timeoutMs }: YearSource,
  clock: Clock,
): Promise<{ home: string; missing: readonly string[] }> {
  const { market, timeframe } = strategy
  const sets = [market, ...otherMarketsOf(strategy)].map((one) => {
    return { exchange, market: one, timeframe }
  })
  if (isStored(home, sets, clock)) return { home, missing: [] }
  keepFewSets(own, sets)
  const until = clock.now() + timeoutMs
  const makeAgent = proxy === null ? undefined : agentMaker(proxy, home)
  const open: typeof openSource = (set, at) => openSource(set, at, makeAgent)
  const missing: string[] = []
  for (const set of sets) {
    const why = await getYear({ home: own, set, address, clock, until, open })
    if (why !== null) missing.push(why)
  }
  return { home: own, missing }
}

/** A file that cannot be read counts as not there: the engine has its own. */
function isStored(home: string, sets: readonly CandleSet[], clock: Clock): boolean {
  try {
    return sets.every((set) => hasYear(home, set, clock.now() / 1000))
  } catch {
    return false
  }
}

/** All that the venue says, and the usual where it says nothing. */
function optionsOf(rules: Prepared['rules']): RunOptions {
  const steps = rules && {
    of: { venue: rules.exchange, read: rules.read },
    step: Number(rules.step),
    leastAmount: Number(rules.leastAmount),
    leastValue: Number(rules.leastValue),
  }
  const fee = Number(rules?.fee ?? USUAL_FEE)
  return { fill: 'open', balance: BALANCE, fee, spread: 0, slippage: 0, steps }
}
