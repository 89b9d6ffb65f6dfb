// A search in the terminal: first what was chosen without hindsight, then what hindsight would choose.
import { type Assumed, accountText } from '../report/rules-text.ts'
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
const WIDTH = 80
const INDENT = '      '

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
    ...forward.steps.flatMap((step) => {
      const row = [
        `  ${day(step.from).padEnd(12)}`,
        percent(step.chosen?.totalPercent ?? null).padStart(11),
        percent(step.percent).padStart(11),
        percent(step.holdPercent).padStart(11),
        String(step.trades).padStart(8),
      ].join('')
      return beside(row, step.chosen === null ? 'nothing' : said(step.chosen.params))
    }),
    `  ${'together'.padEnd(12)}${''.padStart(11)}${percent(forward.percent).padStart(11)}${percent(forward.holdPercent).padStart(11)}`,
    '',
    `Best of ${plural(tried.length, 'combination')} on all candles, with hindsight: believe the table above`,
    ...(best.length > 0 && best.every((one) => one.totalPercent < 0)
      ? ['  not one of them made money']
      : []),
    ...(best.length === 0
      ? [`  none has ${plural(leastTrades, 'closed trade')}: see --least-trades`]
      : best.slice(0, SHOWN).flatMap(bestLines)),
    '',
    ...accountText(assumed).flatMap((sentence) => wrapped(sentence)),
  ].map((line) => line.slice(0, WIDTH))
}

function bestLines({ params, totalPercent, drawdownPercent, sharpe, trades }: Tried): string[] {
  const row = `  ${percent(totalPercent).padStart(10)}  drawdown ${percent(-drawdownPercent).padStart(9)}  Sharpe ${ratio(sharpe).padStart(6)}`
  return beside(row, `${said(params)}, ${plural(trades, 'trade')}`)
}

/** What was chosen is what a search is for: below its row where it has no room beside it. */
function beside(row: string, chosen: string): string[] {
  const line = `${row}  ${chosen}`
  if (line.length <= WIDTH) return [line]
  return [row, ...wrapped(chosen, WIDTH - INDENT.length).map((part) => `${INDENT}${part}`)]
}

function said(params: Combination): string {
  const words = Object.entries(params).map(([name, value]) => `${name}=${value}`)
  return words.length === 0 ? 'no ranges' : words.join(' ')
}
