// A strategy with many values of its parameters over the same candles; series that they share are computed once.
import type { CandleColumns } from '../../market/candle-columns.ts'
import type { Strategy } from '../../strategies/file/strategy.ts'
import { strategyFileReader } from '../../strategies/read-strategy-file.ts'
import type { Beside, RunOptions } from '../run.ts'
import type { Combination } from './combinations.ts'
import { type Score, type Scored, scoresOf } from './score.ts'

/** Higher is better. */
export const GOALS = ['sharpe', 'return', 'drawdown-ratio', 'profit-factor'] as const
export type Goal = (typeof GOALS)[number]

export interface Task {
  /** The strategy's file, its text, and which of its markets is meant. */
  readonly file: string
  readonly text: string
  readonly market: string
  readonly options: RunOptions
}

export interface Tried extends Scored {
  readonly params: Combination
}

/** Reads the strategy of one combination after the other. One that the file refuses throws. */
export function combinationReader({ file, text, market }: Task): (params: Combination) => Strategy {
  const read = strategyFileReader(file, text)
  return (params) => {
    const found = read(params).find((one) => one.market === market)
    if (found === undefined) throw new Error(`no ${market} in the file`)
    return found
  }
}

/** In the order in which they were given. */
export function tryCombinations(
  task: Task,
  combinations: readonly Combination[],
  candles: CandleColumns,
  beside: Beside = {},
): readonly Tried[] {
  const strategies = combinations.map(combinationReader(task))
  return triedOf(combinations, scoresOf(strategies, { ...beside, candles, options: task.options }))
}

/** Each score beside what it is the score of. */
export function triedOf(
  combinations: readonly Combination[],
  scores: readonly Scored[],
): readonly Tried[] {
  return scores.map((score, at) => ({ params: combinations[at] ?? {}, ...score }))
}

/** Null: it traded too little, or the goal cannot be said of it. */
function goalOf(tried: Score, goal: Goal, leastTrades: number): number | null {
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

/** The best first; those of which the goal cannot be said are left out. Of equal ones the first stays first. */
export function ranked<S extends Score>(
  all: readonly S[],
  goal: Goal,
  leastTrades: number,
): readonly S[] {
  return all
    .flatMap((tried) => {
      const reached = goalOf(tried, goal, leastTrades)
      return reached === null ? [] : [{ tried, reached }]
    })
    .sort((a, b) => b.reached - a.reached)
    .map(({ tried }) => tried)
}
