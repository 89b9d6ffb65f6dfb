// The rules of a backtest in sentences: a figure without them says nothing.
import Big from 'big.js'
import type { Backtested } from '../backtested.ts'
import type { RunOptions } from '../run.ts'
import { count, day, duration, plural, time } from './words.ts'

export interface Assumed extends Pick<Backtested, 'market' | 'detail'> {
  readonly options: RunOptions
}

export function rulesText(tested: Backtested): readonly string[] {
  const { candles, gaps } = tested
  return [
    ...accountText(tested),
    gaps === 0
      ? `${plural(candles.length, 'candle')}, none missing.`
      : `${plural(candles.length, 'candle')}, with ${plural(gaps, 'gap')}: no entry right after one.`,
  ]
}

/** How the account fills what is decided. */
export function accountText({ market, options, detail }: Assumed): readonly string[] {
  const [base, quote] = market.split('/')
  const { fill, fee, spread, slippage, steps, balance } = options
  return [
    fill === 'open'
      ? 'Decided at the close of a candle, filled at the opening of the next.'
      : 'Filled at the close at which it was decided: nobody is that fast.',
    `Each side costs ${fee} % fee, half of a spread of ${spread} %, and ${slippage} % slippage.`,
    steps === null
      ? 'No venue was named: any amount is traded, however small.'
      : `${steps.of === undefined ? 'Amounts' : `As ${steps.of.venue} had it on ${day(steps.of.read)}, amounts`} in steps of ${plain(steps.step)}, at least ${plain(steps.leastAmount)} ${base} and ${plain(steps.leastValue)} ${quote}.`,
    `Percentages are of the ${count(balance)} at the start, as a device's allocation, not of gains.`,
    detail === null
      ? 'Within a candle: opening, stop, take-profits; a stop rises last.'
      : `Within a candle the ${detail} candles decide; within those: opening, stop, take-profits.`,
  ]
}

/** JavaScript writes 1e-8. */
function plain(value: number): string {
  return new Big(value).toFixed()
}

/** What a reader should know before believing the figures. */
export function warningsOf({
  metrics,
  ledger,
  warmup,
  candles,
  thin,
}: Backtested): readonly string[] {
  const { trades, assumed, stopPassed, days, open, cagr } = metrics
  const { late, underStop, tooLittle } = ledger.missed
  const said: string[] = []
  if (trades === 0)
    said.push(
      warmup >= candles.length
        ? `No trade: its indicators need ${plural(warmup, 'candle')} first, and there are ${count(candles.length)}.`
        : 'No trade.',
    )
  else if (trades - open < 30)
    said.push(`${plural(trades - open, 'closed trade')}: too few to tell skill from luck.`)
  if (thin !== null && thin.gaps > 0)
    said.push(
      `The ${thin.timeframe} candles that these were made of have ${plural(thin.gaps, 'gap')}.`,
    )
  if (cagr === null) said.push(`${duration(days * 86_400)}: too short for yearly figures.`)
  else if (days < 90) said.push(`${count(days, 1)} days: yearly figures are stretched from them.`)
  if (assumed > 0)
    said.push(
      `${plural(assumed, 'trade')} of ${count(trades)} would have ended otherwise with another order of prices within a candle.`,
    )
  if (stopPassed > 0)
    said.push(`${plural(stopPassed, 'stop')} sold below its price: the opening had passed it.`)
  if (late > 0)
    said.push(`${plural(late, 'entry', 'entries')} came too late for valid_for, after a gap.`)
  if (underStop > 0)
    said.push(
      `${plural(underStop, 'entry', 'entries')} not made: the opening was at or under the stop.`,
    )
  if (tooLittle > 0)
    said.push(
      `${plural(tooLittle, 'entry', 'entries')} not made: the amount was too little, or the cash gone.`,
    )
  return said
}

/** Less than three days: the time of day tells them apart. */
export function isShort({ start, length }: Backtested['candles']): boolean {
  return (start[length - 1] ?? 0) - (start[0] ?? 0) < 3 * 86_400
}

export function periodText({ candles, options }: Backtested): string {
  const last = (candles.start[candles.length - 1] ?? 0) + options.seconds - 1
  const said = isShort(candles) ? time : day
  return `${said(candles.start[0] ?? 0)} to ${said(last)}`
}
