// What "keyside strategy check" says of one strategy.
import type { Checked, Strategy } from '@keyside/strategy-engine/strategies'
import { grouped } from './candle-report.ts'
import { row } from './print.ts'

type Result = { readonly file: string } & (
  | { readonly problems: readonly string[] }
  | { readonly strategy: Strategy; readonly checked: Checked }
  | { readonly strategy: Strategy; readonly missing: string }
)

export function checkLines(result: Result): readonly string[] {
  if ('problems' in result) {
    const count = result.problems.length === 1 ? '1 mistake' : `${result.problems.length} mistakes`
    return [`${result.file}: ${count}`, ...result.problems]
  }
  const { name, market, timeframe } = result.strategy
  const title = `${name}: ${market}, candles of ${timeframe}`
  if ('missing' in result)
    return [title, row('reads', 'every rule is right'), row('not run', result.missing)]
  const { checked } = result
  return [
    title,
    row('reads', 'every rule is right'),
    row('ran on', `${grouped(checked.candles)} candles, ${grouped(checked.entries)} entries`),
    row('look-ahead', lookAhead(checked)),
    ...(checked.again === null ? [] : [row('memory', memory(checked.again))]),
    row('history', history(checked)),
    ...stops(checked).map((said, at) => row(at === 0 ? 'stops' : '', said)),
    ...checked.reached.map(({ rule, times, isKnown }, at) =>
      row(at === 0 ? 'rules' : '', `${rule}: ${times === 0 ? never(isKnown) : times}`),
    ),
  ]
}

function lookAhead({ lookAhead: { cuts, changed } }: Checked): string {
  return changed.length === 0
    ? `none: the same decisions with the future cut off at ${cuts} places`
    : `FOUND at ${changed.length} candles, the first is number ${changed[0]}: do not trust a backtest of it`
}

function memory(again: readonly number[]): string {
  return again.length === 0
    ? 'in candle() alone: asked again, enter() and exit() say the same'
    : `CHANGED in enter() or exit(), first at candle ${again[0]}: live they are not asked as often; remember in candle()`
}

/** Whoever wrote a price where a distance belongs sees it here. */
function stops({ stops: { below, refused } }: Checked): string[] {
  const percent = (value: number) => `${Number(value.toPrecision(3))} %`
  return [
    ...(below === null
      ? []
      : [`${percent(below.least)} to ${percent(below.most)} below the close that entered`]),
    ...(refused === 0
      ? []
      : [
          `NOT POSSIBLE at ${grouped(refused)} candles, and so no entry: a stop is a distance, which ends above zero and below the price`,
        ]),
  ]
}

function never(isKnown: boolean): string {
  return isKnown ? 'never: can it happen?' : 'never, for want of candles'
}

function history({ needed, candles, warmUp }: Checked): string {
  if (needed >= candles)
    return `NEEDS ${grouped(needed)} candles before the first decision, and there are ${grouped(candles)}: get more`
  if (warmUp === null)
    return `needs ${grouped(needed)} candles; too few here to compare a start with less history: try it with more`
  const { history, differing, compared } = warmUp
  const said =
    differing === 0
      ? 'and decides the same as with all of it'
      : `and says something else at ${differing} of ${compared} candles after a start`
  return `needs ${grouped(needed)} candles; an engine begins with ${history}, ${said}`
}
