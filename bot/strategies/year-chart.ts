// The picture of a rule's year, from the engine's figures.
import type { YearChart } from '../charts/input.ts'
import type { EngineAnswer } from './engine-client.ts'

/** Null where no backtest ran. */
export function yearChart(answer: Extract<EngineAnswer, { do: 'tried' }>): YearChart | null {
  const { name, markets, timeframe, backtest } = answer
  if (backtest.ran === 'no') return null
  const { from, to, series } = backtest
  const percent = (values: readonly number[]) => values.map((value) => value / 100)
  return {
    of: 'year',
    title: `${name} · ${markets[0] ?? ''} ${timeframe}`,
    since: from,
    until: to,
    own: percent(series.own),
    hold: percent(series.hold),
    falls: percent(series.falls),
  }
}
