// A backtest in as few numbers as a message has room for, and a small picture needs.
import type { ProviderResponse } from '@keyside/protocol'
import type { Backtested } from '../backtest/backtested.ts'
import { drawdowns } from '../backtest/report/charts.ts'
import { warningsOf } from '../backtest/report/rules-text.ts'
import { plural } from '../backtest/report/words.ts'
import { clipped } from './shown-rules.ts'

export type YearBacktest = Extract<ProviderResponse['answer'], { do: 'tried' }>['backtest']

const POINTS = 100
const MAX_NOTES = 4
/** What counts as a year, days. */
const YEAR_DAYS = 360

/** `missing`: which candles could not be had, and why. */
export function compact(tested: Backtested, missing: readonly string[]): YearBacktest {
  const { candles, metrics, equity, ledger, options } = tested
  const { start, length } = candles
  const { totalPercent, hold, drawdown, trades, won, open, sharpe, profitFactor } = metrics
  const first = candles.open[0] ?? 1
  const last = (at: number) => Math.ceil(((at + 1) * length) / parts) - 1
  const parts = Math.min(POINTS, length)
  const change = (values: Float64Array, of: number) =>
    Array.from({ length: parts }, (_, at) => hundredths(((values[last(at)] ?? of) / of - 1) * 100))
  const falls = drawdowns(tested)
  const deepest = (at: number) =>
    falls.subarray(at === 0 ? 0 : last(at - 1) + 1, last(at) + 1).reduce((a, b) => Math.min(a, b))
  const short = metrics.days < YEAR_DAYS ? [notAYear(metrics.days)] : []
  const notes = [...short, ...missing, ...warningsOf(tested)]
  return {
    ran: 'yes',
    from: start[0] ?? 0,
    to: (start[length - 1] ?? 0) + options.seconds,
    candles: length,
    figures: {
      percent: figure(totalPercent),
      hold: figure(hold.totalPercent),
      drawdown: figure(drawdown.percent),
      fees: figure((ledger.fees / metrics.start) * 100),
      trades,
      won,
      open,
      ...(sharpe !== null && { sharpe: figure(sharpe) }),
      ...(profitFactor !== null && { profitFactor: figure(profitFactor) }),
    },
    series: {
      own: change(equity, metrics.start),
      hold: change(candles.close, first),
      falls: Array.from({ length: parts }, (_, at) => hundredths(deepest(at))),
    },
    notes: notes.slice(0, MAX_NOTES).map((note) => clipped(note, 150).replace(/[^ -~…]/g, '?')),
  }
}

function notAYear(days: number): string {
  return `No year: the candles that were to be had are of ${plural(Math.round(days), 'day')}.`
}

/** Percent: more is told as so much. */
const MAX_PERCENT = 100_000

/** As the wire has it: at most two places, and no "-0". */
export function figure(value: number): string {
  const bounded = Math.min(MAX_PERCENT, Math.max(-MAX_PERCENT, value))
  const text = bounded.toFixed(2).replace(/\.?0+$/, '')
  return text === '-0' || text === '' ? '0' : text
}

function hundredths(percent: number): number {
  const bounded = Math.round(Math.min(MAX_PERCENT, Math.max(-MAX_PERCENT, percent)) * 100)
  return bounded === 0 || Number.isNaN(bounded) ? 0 : bounded
}
