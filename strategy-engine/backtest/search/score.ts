// What each of many strategies did on the same candles, in the few figures that a search compares.
import type { CandleColumns } from '../../market/candle-columns.ts'
import type { Strategy } from '../../strategies/file/strategy.ts'
import { dayEndsOf, deepestPercentOf, equityAt, returnsOf } from '../equity.ts'
import type { Ledger } from '../ledger.ts'
import { sharpeOf } from '../metrics.ts'
import { type RunInput, run } from '../run.ts'

export interface Score {
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

/** So many run side by side, and share their series: as many columns as the processor's memory holds. */
const SIDE_BY_SIDE = 50

/** In the order of the strategies, which are all of the candles' market and timeframe. */
export function scoresOf(strategies: readonly Strategy[], input: RunInput): readonly Score[] {
  const { candles } = input
  const days = dayEndsOf(candles.start, candles.length)
  const scores: Score[] = []
  for (let at = 0; at < strategies.length; at += SIDE_BY_SIDE)
    for (const { ledger } of run(strategies.slice(at, at + SIDE_BY_SIDE), input))
      scores.push(scoreOf(ledger, candles, days))
  return scores
}

function scoreOf(ledger: Ledger, candles: CandleColumns, days: readonly number[]): Score {
  const { balance, equity } = ledger
  const totalPercent = (equity / balance - 1) * 100
  const drawdownPercent = deepestPercentOf(ledger, candles)
  const { won, lost, trades } = profitsOf(ledger)
  return {
    totalPercent,
    drawdownPercent,
    sharpe: sharpeOf(returnsOf(equityAt(ledger, candles.close, days), balance)),
    drawdownRatio: drawdownPercent === 0 ? null : totalPercent / drawdownPercent,
    profitFactor: lost === 0 ? null : won / lost,
    trades,
  }
}

/** What closed trades won and lost in all, quote, and how many there were. */
function profitsOf({ balance, fills }: Ledger) {
  let [won, lost, trades, before] = [0, 0, 0, balance]
  for (let row = 0; row < fills.length; row++) {
    if (fills.base(row) !== 0) continue
    const profit = fills.cash(row) - before
    if (profit > 0) won += profit
    else lost -= profit
    trades += 1
    before = fills.cash(row)
  }
  return { won, lost, trades }
}
