// Runs a strategy with many values of its parameters over the same candles; series that they share are computed once.
import type { CandleColumns } from '../../market/candle-columns.ts'
import { readStrategyFile } from '../../strategies/file/read-strategy-file.ts'
import { dayEndsOf, deepestPercentOf, equityAt, returnsOf } from '../equity.ts'
import type { Ledger } from '../ledger.ts'
import { sharpeOf } from '../metrics.ts'
import { type Beside, type RunOptions, run } from '../run.ts'
import type { Combination } from './combinations.ts'

/** Higher is better. */
export const GOALS = ['sharpe', 'return', 'drawdown-ratio', 'profit-factor'] as const
export type Goal = (typeof GOALS)[number]

export interface Task {
  /** The strategy's file, and which of its markets is meant. */
  readonly text: string
  readonly market: string
  readonly options: RunOptions
}

export interface Tried {
  readonly params: Combination
  /** Percent. */
  readonly totalPercent: number
  readonly drawdownPercent: number
  readonly sharpe: number | null
  /** Return / largest drawdown. */
  readonly drawdownRatio: number | null
  readonly profitFactor: number | null
  /** Closed ones. */
  readonly trades: number
}

/** So many run side by side: as many columns as the processor's memory holds. */
const SIDE_BY_SIDE = 50

/** In the order in which they were given. A combination that the file refuses throws. */
export function tryCombinations(
  task: Task,
  combinations: readonly Combination[],
  candles: CandleColumns,
  beside: Beside = {},
): readonly Tried[] {
  const tried: Tried[] = []
  for (let at = 0; at < combinations.length; at += SIDE_BY_SIDE) {
    const some = combinations.slice(at, at + SIDE_BY_SIDE)
    tried.push(...trySome(task, some, candles, beside))
  }
  return tried
}

function trySome(
  { text, market, options }: Task,
  combinations: readonly Combination[],
  candles: CandleColumns,
  beside: Beside,
): readonly Tried[] {
  const strategies = combinations.map((params) => {
    const found = readStrategyFile('the strategy', text, params).find(
      (one) => one.market === market,
    )
    if (found === undefined) throw new Error(`no ${market} in the file`)
    return found
  })
  const runs = run(strategies, { ...beside, candles, options })
  const days = dayEndsOf(candles.start, candles.length)
  return runs.map(({ ledger }, at) => {
    const drawdown = deepestPercentOf(ledger, candles)
    let [won, lost] = [0, 0]
    const profits = profitsOf(ledger)
    for (const profit of profits) {
      won += Math.max(0, profit)
      lost -= Math.min(0, profit)
    }
    const totalPercent = (ledger.equity / ledger.balance - 1) * 100
    return {
      params: combinations[at] ?? {},
      totalPercent,
      drawdownPercent: drawdown,
      sharpe: sharpeOf(returnsOf(equityAt(ledger, candles.close, days), ledger.balance)),
      drawdownRatio: drawdown === 0 ? null : totalPercent / drawdown,
      profitFactor: lost === 0 ? null : won / lost,
      trades: profits.length,
    }
  })
}

/** What each closed trade brought, quote. */
function profitsOf({ balance, fills }: Ledger): readonly number[] {
  const profits: number[] = []
  let before = balance
  for (let row = 0; row < fills.length; row++) {
    if (fills.base(row) !== 0) continue
    profits.push(fills.cash(row) - before)
    before = fills.cash(row)
  }
  return profits
}

/** Null: it traded too little, or the goal cannot be said of it. */
function scoreOf(tried: Tried, goal: Goal, leastTrades: number): number | null {
  if (tried.trades < leastTrades) return null
  switch (goal) {
    case 'sharpe':
      return tried.sharpe
    case 'return':
      return tried.totalPercent
    case 'drawdown-ratio':
      return tried.drawdownRatio
    case 'profit-factor':
      return tried.profitFactor
  }
}

/** The best first; those without a score are left out. Of equal ones the first stays first. */
export function ranked(all: readonly Tried[], goal: Goal, leastTrades: number): readonly Tried[] {
  return all
    .flatMap((tried) => {
      const score = scoreOf(tried, goal, leastTrades)
      return score === null ? [] : [{ tried, score }]
    })
    .sort((a, b) => b.score - a.score)
    .map(({ tried }) => tried)
}
