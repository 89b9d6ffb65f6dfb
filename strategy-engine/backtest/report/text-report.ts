// A backtest in the terminal: 80 columns, no colours.

import type { Backtested } from '../backtested.ts'
import type { Month } from '../metrics.ts'
import { periodText, rulesText, warningsOf } from './rules-text.ts'
import { count, duration, percent, ratio } from './words.ts'

const WIDTH = 80
const BLOCKS = '▁▂▃▄▅▆▇█'

export function textReport(tested: Backtested): readonly string[] {
  const { name, market, timeframe, metrics, equity } = tested
  return [
    `${name}, ${market} ${timeframe}, ${periodText(tested)}`,
    '',
    ...figures(tested),
    '',
    `Equity ${count(metrics.start)} to ${count(metrics.end, 2)}`,
    sparkline(equity, WIDTH),
    '',
    ...monthTable(metrics.months),
    '',
    ...rulesText(tested).flatMap((sentence) => wrapped(sentence)),
    ...warningsOf(tested).flatMap((warning) => wrapped(`! ${warning}`)),
  ]
}

function figures({ metrics, ledger }: Backtested): readonly string[] {
  const { hold, drawdown } = metrics
  const rows: readonly (readonly [string, string, string, string])[] = [
    ['Return', percent(metrics.totalPercent), 'buy and hold', percent(hold.totalPercent)],
    ['CAGR', percent(metrics.cagr), 'buy and hold', percent(hold.cagr)],
    [
      'Largest drawdown',
      percent(-drawdown.percent),
      'buy and hold',
      percent(-hold.drawdown.percent),
    ],
    [
      'Longest drawdown',
      duration(drawdown.longest),
      'buy and hold',
      duration(hold.drawdown.longest),
    ],
    ['Sharpe', ratio(metrics.sharpe), 'buy and hold', ratio(hold.sharpe)],
    ['Sortino', ratio(metrics.sortino), 'Calmar', ratio(metrics.calmar)],
    ['Trades', tradesSaid(metrics), 'won', percentOf(metrics.winRate)],
    [
      'Profit factor',
      ratio(metrics.profitFactor),
      'a trade on average',
      percent(metrics.expectancyPercent, 3),
    ],
    ['Best trade', percent(metrics.bestPercent), 'worst trade', percent(metrics.worstPercent)],
    ['Won in a row', String(metrics.longestWon), 'lost in a row', String(metrics.longestLost)],
    [
      'Time in the market',
      percentOf(metrics.exposure),
      'a trade on average',
      duration(metrics.meanSeconds),
    ],
    ['Fees', count(ledger.fees, 2), 'of the start', percentOf((ledger.fees / metrics.start) * 100)],
  ]
  return rows.map(([name, value, other, beside]) =>
    `  ${name.padEnd(20)}${value.padStart(18)}   ${other.padEnd(20)}${beside.padStart(15)}`.trimEnd(),
  )
}

function tradesSaid({ trades, open }: Backtested['metrics']): string {
  return open === 0 ? count(trades) : `${count(trades)} (${count(open)} open)`
}

function percentOf(value: number | null): string {
  return value === null ? 'n/a' : `${count(value, 1)} %`
}

/** The last value of each part, between the lowest and the highest. */
export function sparkline(values: Float64Array, width: number): string {
  const parts = Math.min(width, values.length)
  const shown = Array.from(
    { length: parts },
    (_, at) => values[Math.ceil(((at + 1) * values.length) / parts) - 1] as number,
  )
  const [low, high] = [Math.min(...shown), Math.max(...shown)]
  const level = (value: number) =>
    high === low ? 3 : Math.round(((value - low) / (high - low)) * (BLOCKS.length - 1))
  return shown.map((value) => BLOCKS[level(value)]).join('')
}

/** A line a year, percent a month, and the year's own at the end. */
function monthTable(months: readonly Month[]): readonly string[] {
  const names = [...'JFMAMJJASOND'].map((letter) => letter.padStart(5)).join('')
  const years = [...new Set(months.map(({ name }) => name.slice(0, 4)))]
  const cell = (change: number | undefined) =>
    (change === undefined ? '' : tight(change)).padStart(5)
  return [
    `Monthly % ${names.slice(2)}   year`,
    ...years.map((year) => {
      const of = (at: number) =>
        months.find(({ name }) => name === `${year}-${String(at + 1).padStart(2, '0')}`)?.change
      const cells = Array.from({ length: 12 }, (_, at) => cell(of(at))).join('')
      return `${year.padEnd(8)}${cells}${tight(yearOf(months, year)).padStart(7)}`
    }),
  ]
}

/** At most four characters below a thousand percent. */
function tight(change: number): string {
  const text = change.toFixed(Math.abs(change) < 9.95 ? 1 : 0)
  return text === '-0.0' ? '0.0' : text
}

export function yearOf(months: readonly Month[], year: string): number {
  const own = months.filter(({ name }) => name.startsWith(year))
  return (own.reduce((all, { change }) => all * (1 + change / 100), 1) - 1) * 100
}

export function wrapped(sentence: string, width = WIDTH): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of sentence.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = `  ${word}`
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
