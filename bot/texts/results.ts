// What trading has brought: sale by sale, and in sums.
import { type Answer, type ResultRow, type SaleRow, shownStream } from '@keyside/protocol'
import Big from 'big.js'
import { type Html, html, lines, list } from './html.ts'
import { amount, currencies, share, signed, span, sum, time } from './numbers.ts'
import { feeText, resultText } from './orders.ts'

type About<Name extends Answer['about']> = Extract<Answer, { about: Name }>

const REASONS: { readonly [Reason in SaleRow['reason']]: string } = {
  exit: 'the strategy left',
  take_profit: 'take-profit',
  stop: 'stop',
  trailing_stop: 'trailing stop',
  break_even: 'stop at break-even',
  max_hold: 'longest time over',
  silence: 'provider silent',
  missed_exit: 'a missed exit',
  halt: 'you halted and sold',
  too_small: 'too little for a stop',
}

/** `now` in Unix ms. */
export function tradesText({ rows, of }: About<'trades'>, now: number): Html {
  if (rows.length === 0) return html`Nothing was sold ${of === 0 ? 'yet' : 'before that'}.`
  const last = rows.at(-1)?.number ?? 1
  return lines(
    list(
      html`<b>Sales</b>, newest first, UTC`,
      rows.map((row) => tradeText(row, now)),
    ),
    last > 1 ? html`Older ones: <code>/trades ${last - 1}</code>` : null,
  )
}

function tradeText(row: SaleRow, now: number): Html {
  const { number, market, stream, reason, opened, closed, proceeds, result } = row
  const { base, quote } = currencies(market)
  return lines(
    html`${number}. <b>${amount(row.amount)} ${base}</b> for ${sum(proceeds)} ${quote}`,
    result === undefined
      ? html`Result unknown: nobody knows what was paid`
      : resultText(result, quote),
    html`${time(closed * 1000, now)} · held ${span((closed - opened) * 1000)}`,
    html`${shownStream(stream)} · ${REASONS[reason]}`,
  )
}

type GroupedBy = About<'results'>['by']

const HEADS: { readonly [By in GroupedBy]: string } = {
  period: 'Profit',
  day: 'Profit by day',
  week: 'Profit by week',
  month: 'Profit by month',
  market: 'Profit by market',
  stream: 'Profit by stream',
  reason: 'Profit by reason',
}

export function resultsText({ by, rows, more: left }: About<'results'>): Html {
  if (rows.length === 0)
    return html`Nothing was sold yet, so nothing is won or lost. /positions shows what is held.`
  const head = html`<b>${HEADS[by]}</b>, of what was sold, fees included`
  return list(
    head,
    rows.map((row) => rowText(by, row)),
    { left },
  )
}

function rowText(by: GroupedBy, row: ResultRow): Html {
  const { currency, trades, won, unknown, gain, negative, paid, fees } = row
  const percent = new Big(paid).eq(0) ? '' : ` (${share(gain, paid, negative)})`
  return lines(
    html`<b>${keyText(by, row.key)}</b>`,
    html`<b>${signed(gain, negative)} ${currency}</b>${percent}`,
    html`${trades} sold, ${won} with a gain`,
    unknown === 0 ? null : html`${unknown} without a known result`,
    Object.keys(fees).length === 0 ? null : html`Fees ${feesText(fees)}`,
  )
}

function feesText(fees: ResultRow['fees']): string {
  return Object.entries(fees)
    .map(([currency, amount]) => feeText({ currency, amount }))
    .join(' + ')
}

function keyText(by: GroupedBy, key: string): string {
  if (by === 'stream') return shownStream(key)
  if (by === 'reason') return REASONS[key as SaleRow['reason']] ?? key
  if (by === 'week') return `Week from ${key}`
  return by === 'period' ? (PERIODS[key] ?? key) : key
}

const PERIODS: Readonly<Record<string, string>> = {
  today: 'Today (UTC)',
  '7 days': 'Last 7 days',
  '30 days': 'Last 30 days',
  all: 'All time',
}
