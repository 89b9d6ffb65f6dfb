// A search in the terminal: first what was chosen without hindsight, then what hindsight would choose.
import { type Assumed, accountSaid } from '../report/rules-said.ts'
import { wrapped } from '../report/text-report.ts'
import { day, percent, plural, ratio } from '../report/words.ts'
import type { Combination } from './combinations.ts'
import { ranked, type Tried } from './try-combinations.ts'
import type { Choice, WalkForward } from './walk-forward.ts'

export interface Searched extends Choice {
  readonly title: string
  /** How many the ranges have, of which `tried` were tried. */
  readonly size: number
  readonly tried: readonly Tried[]
  readonly forward: WalkForward
  readonly seed: number
  readonly assumed: Assumed
}

const SHOWN = 5

export function searchReport(searched: Searched): readonly string[] {
  const { title, size, tried, forward, seed, goal, leastTrades, assumed } = searched
  const best = ranked(tried, goal, leastTrades)
  const all = tried.length === size ? 'all of them' : `of ${size}, by chance with seed ${seed}`
  return [
    title,
    `${plural(tried.length, 'combination')} tried, ${all}; the best by ${goal}`,
    '',
    'Walk-forward: each part with what was best on all candles before it',
    `  ${'begins'.padEnd(12)}${'before'.padStart(11)}${'on it'.padStart(11)}${'buy, hold'.padStart(11)}${'trades'.padStart(8)}  chosen`,
    ...forward.steps.map((step) =>
      [
        `  ${day(step.from).padEnd(12)}`,
        percent(step.chosen?.totalPercent ?? null).padStart(11),
        percent(step.percent).padStart(11),
        percent(step.holdPercent).padStart(11),
        String(step.trades).padStart(8),
        `  ${step.chosen === null ? 'nothing' : said(step.chosen.params)}`,
      ].join(''),
    ),
    `  ${'together'.padEnd(12)}${''.padStart(11)}${percent(forward.percent).padStart(11)}${percent(forward.holdPercent).padStart(11)}`,
    '',
    `Best of ${plural(tried.length, 'combination')} on all candles, with hindsight: believe the table above`,
    ...(best.length > 0 && best.every((one) => one.totalPercent < 0)
      ? ['  not one of them made money']
      : []),
    ...(best.length === 0
      ? [`  none has ${plural(leastTrades, 'closed trade')}: see --least-trades`]
      : best.slice(0, SHOWN).map(bestLine)),
    '',
    ...accountSaid(assumed).flatMap(wrapped),
  ].map((line) => line.slice(0, 80))
}

function bestLine({ params, totalPercent, drawdownPercent, sharpe, trades }: Tried): string {
  return `  ${percent(totalPercent).padStart(10)}  drawdown ${percent(-drawdownPercent).padStart(9)}  Sharpe ${ratio(sharpe).padStart(6)}  ${said(params)}, ${plural(trades, 'trade')}`
}

function said(params: Combination): string {
  const words = Object.entries(params).map(([name, value]) => `${name}=${value}`)
  return words.length === 0 ? 'no ranges' : words.join(' ')
}
