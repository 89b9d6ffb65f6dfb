// Walk-forward: each part of the time is traded with the parameters that were best on all of the time before it.
import { slice } from '../../data/columns.ts'
import type { CandleColumns } from '../../market/candle-columns.ts'
import { readStrategyFile } from '../../strategies/read-strategy-file.ts'
import { type Beside, run } from '../run.ts'
import { beginOf, PARTS, type Score } from './score.ts'
import { type Goal, ranked, type Task, type Tried } from './try-combinations.ts'

interface Step {
  /** When it begins and ends, Unix seconds. */
  readonly from: number
  readonly to: number
  /** The best on all candles before, and what it did there; null where none traded enough. */
  readonly chosen: (Score & Pick<Tried, 'params'>) | null
  /** What that did on the part itself, percent. */
  readonly percent: number
  readonly holdPercent: number
  readonly trades: number
}

export interface WalkForward {
  readonly steps: readonly Step[]
  /** All parts one after the other, percent. */
  readonly percent: number
  readonly holdPercent: number
}

export interface Choice {
  readonly goal: Goal
  /** Fewer closed trades are too few to choose by. */
  readonly leastTrades: number
}

/** `tried`: combinations over all of these candles. */
export function walkForward(
  task: Task,
  tried: readonly Tried[],
  candles: CandleColumns,
  { goal, leastTrades }: Choice,
  beside: Beside = {},
): WalkForward {
  const steps = Array.from({ length: PARTS - 1 }, (_, at) => {
    const before = tried.flatMap(({ params, before }) => {
      const score = before[at]
      return score === undefined ? [] : [{ params, ...score }]
    })
    const chosen = ranked(before, goal, leastTrades)[0] ?? null
    const [begins, ends] = [beginOf(at + 1, candles.length), beginOf(at + 2, candles.length)]
    return tradePart(task, chosen, candles, first(beside, ends), [begins, ends])
  })
  const grown = (of: (step: Step) => number) =>
    (steps.reduce((all, step) => all * (1 + of(step) / 100), 1) - 1) * 100
  return {
    steps,
    percent: grown(({ percent }) => percent),
    holdPercent: grown(({ holdPercent }) => holdPercent),
  }
}

/** Of the first so many candles. Shorter ones are looked up by time. */
function first({ detail, others }: Beside, count: number): Beside {
  const each = [...(others ?? [])].map(([market, columns]) => {
    return [market, slice(columns, 0, count)] as const
  })
  return { detail, others: new Map(each) }
}

/** Its indicators know all of the candles before; nothing is decided on those. */
function tradePart(
  { file, text, market, options }: Task,
  chosen: Step['chosen'],
  candles: CandleColumns,
  beside: Beside,
  [begins, ends]: readonly [number, number],
): Step {
  const [open, close] = [candles.open[begins] ?? 1, candles.close[ends - 1] ?? 1]
  const about = {
    from: candles.start[begins] ?? 0,
    to: candles.start[ends - 1] ?? 0,
    chosen,
    holdPercent: (close / open - 1) * 100,
  }
  if (chosen === null) return { ...about, percent: 0, trades: 0 }
  const strategies = readStrategyFile(file, text, chosen.params)
  const own = strategies.filter((strategy) => strategy.market === market)
  const seen = slice(candles, 0, ends)
  const [done] = run(own, { ...beside, candles: seen, options, decideFrom: begins })
  const { equity = options.balance, trades = [] } = done?.ledger ?? {}
  return { ...about, percent: (equity / options.balance - 1) * 100, trades: trades.length }
}
