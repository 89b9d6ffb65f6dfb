// What trading has brought: sale by sale, and in sums.
import { type Answer, type ResultRow, type SaleRow, shownStream } from '@keyside/protocol'
import Big from 'big.js'
import { type Html, html, lines, list } from './html.ts'
import { amount, currencies, share, signed, span, sum, time, zone } from './numbers.ts'
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
      html`<b>Sales</b>, newest first, ${zone(now)}`,
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

/** Everything about one sale; `wanted` is its number, null for the newest. */
export function saleText({ rows, of }: About<'trades'>, wanted: number | null, now: number): Html {
  const [row] = rows
  if (row === undefined || (wanted !== null && row.number !== wanted))
    return of === 0 ? html`Nothing was sold yet.` : html`No sale ${wanted ?? ''}: there are ${of}.`
  const { number, market, stream, reason, opened, closed, proceeds, cost, fees, result } = row
  const { base, quote } = currencies(market)
  const each = (money: string) => sum(new Big(money).div(row.amount))
  return lines(
    html`<b>Sale ${number}</b> · ${market}`,
    html`Sold <b>${amount(row.amount)} ${base}</b>`,
    html`for ${sum(proceeds)} ${quote}, each ${each(proceeds)}`,
    html`${time(closed * 1000, now)} ${zone(closed * 1000)} · ${REASONS[reason]}`,
    ...(result === undefined
      ? [html`Nobody knows what was paid for all of it`]
      : [
          html`Bought for ${sum(cost)} ${quote}`,
          html`each ${each(cost)} on the average`,
          html`first ${time(opened * 1000, now)} ${zone(opened * 1000)}`,
        ]),
    html`Held ${span((closed - opened) * 1000)}`,
    html`${shownStream(stream)}`,
    ...feeLines(fees),
    result === undefined ? html`Result unknown` : resultText(result, quote),
  )
}

function feeLines(fees: SaleRow['fees']): Html[] {
  return Object.entries(fees).map(
    ([currency, fee]) => html`Fees ${feeText({ currency, amount: fee })}`,
  )
}

/** Fees of what was sold, and of its purchases, by period; `by` is "period". */
export function paidFeesText({ by, rows }: About<'results'>): Html {
  if (rows.length === 0)
    return html`Nothing was sold yet. A fee counts when what it was for is sold.`
  const keys = [...new Set(rows.map(({ key }) => key))]
  return list(
    html`<b>Fees</b> of what was sold, both ways`,
    keys.map((key) => {
      const together = new Map<string, Big>()
      for (const { fees } of rows.filter((row) => row.key === key))
        for (const [currency, fee] of Object.entries(fees))
          together.set(currency, (together.get(currency) ?? new Big(0)).plus(fee))
      const each = [...together].map(([currency, fee]) => html`${sum(fee)} ${currency}`)
      return lines(html`<b>${keyText(by, key)}</b>`, ...(each.length > 0 ? each : [html`none`]))
    }),
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
