// What trading has brought: sale by sale, and in sums.
import {
  type Answer,
  type Curve,
  type ResultRow,
  type SaleRow,
  shownStream,
} from '@keyside/protocol'
import Big from 'big.js'
import { type Html, html, lines, list } from './html.ts'
import { amount, cents, currencies, share, signed, span, sum, time, zone } from './numbers.ts'
import { chargedLines, feesText, feeText, resultText, withoutText } from './orders.ts'
import { reasonLine } from './signal-reason.ts'
import { table } from './table.ts'

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
  trader: 'you closed it',
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
  const { number, market, stream, reason, opened, closed, proceeds, besides, result } = row
  const { base, quote } = currencies(market)
  return lines(
    html`${number}. <b>${amount(row.amount)} ${base}</b> for ${sum(proceeds)} ${quote}`,
    result === undefined
      ? html`Result unknown: nobody knows what was paid`
      : resultText(result, quote),
    ...withoutText(besides),
    html`${time(closed * 1000, now)} · held ${span((closed - opened) * 1000)}`,
    html`${shownStream(stream)} · ${REASONS[reason]}`,
  )
}

/** Instead of a sale that is not there; `wanted` is its number, null for the newest. */
export function noSaleText(of: number, wanted: number | null): Html {
  return of === 0 ? html`Nothing was sold yet.` : html`No sale ${wanted ?? ''}: there are ${of}.`
}

/** The whole story of one sale. */
export function storyText(
  { row, bought, sold, stops, candles }: About<'trade'>,
  now: number,
): Html {
  const { number, market, stream, reason, opened, closed, proceeds, cost, result } = row
  const { base, quote } = currencies(market)
  const each = (money: string) => sum(new Big(money).div(row.amount))
  return lines(
    html`<b>Sale ${number}</b> · ${market}`,
    html`${shownStream(stream)}`,
    ...(result === undefined
      ? [html`Nobody knows what was paid for all of it`]
      : [
          html`<b>Bought</b> from ${time(opened * 1000, now)} ${zone(opened * 1000)} on`,
          html`for ${sum(cost)} ${quote}, each ${each(cost)}`,
        ]),
    bought === undefined ? null : reasonLine(bought, Number.POSITIVE_INFINITY),
    ...stops.map(([at, price]) => html`Stop ${amount(price)} at ${time(at * 1000, now)}`),
    html`<b>Sold</b> ${time(closed * 1000, now)} ${zone(closed * 1000)}: ${REASONS[reason]}`,
    html`${amount(row.amount)} ${base} for ${sum(proceeds)} ${quote}`,
    html`each ${each(proceeds)}, held ${span((closed - opened) * 1000)}`,
    // What the device sells by itself has its reason in the line above.
    sold === undefined || reason !== 'exit' ? null : reasonLine(sold, Number.POSITIVE_INFINITY),
    ...feesOfSale({ ...row, currency: quote }),
    result === undefined ? html`Result unknown` : resultText(result, quote),
    candles.length < 2 ? html`No picture: your exchange gave no candles of that time.` : null,
  )
}

function feesOfSale(row: Charged): Html[] {
  const [first, ...more] = feeLines([row])
  if (first === undefined) return []
  return more.length === 0 ? [html`Fees ${first}`] : [html`Fees, both ways:`, first, ...more]
}

/** Sums of sales, each in the currency that they brought. */
type Charged = Pick<ResultRow, 'fees' | 'feesValue' | 'besides' | 'currency'>

/** Each currency, and what they come to where that is not said by it. */
function feeLines(rows: readonly Charged[]): Html[] {
  const each = together(rows.map(({ fees }) => fees))
  const unpriced = together(rows.map(({ besides = {} }) => besides))
  const value = together(rows.map(({ currency, feesValue }) => ({ [currency]: feesValue })))
  const isSaid =
    Object.keys(each).every((currency) => currency in value) ||
    Object.values(value).every((amount) => new Big(amount).eq(0))
  return [
    ...Object.entries(each).map(([currency, amount]) => html`${feeText({ currency, amount })}`),
    ...(isSaid ? [] : [html`in all ${feesText(value)}`]),
    ...withoutText(unpriced),
  ]
}

function together(all: readonly Readonly<Record<string, string>>[]): Record<string, string> {
  const sums = new Map<string, Big>()
  for (const [currency, amount] of all.flatMap((one) => Object.entries(one)))
    sums.set(currency, (sums.get(currency) ?? new Big(0)).plus(amount))
  return Object.fromEntries([...sums].map(([currency, amount]) => [currency, amount.toFixed()]))
}

/** Fees of what was sold, and of its purchases, by period; `by` is "period". */
export function paidFeesText({ by, rows, timeZone }: About<'results'>): Html {
  if (rows.length === 0)
    return html`Nothing was sold yet. A fee counts when what it was for is sold.`
  const keys = [...new Set(rows.map(({ key }) => key))]
  return list(
    html`<b>Fees</b> of what was sold, both ways`,
    keys.map((key) => {
      const own = rows.filter((row) => row.key === key)
      const each = feeLines(own)
      return lines(
        html`<b>${keyText(by, key, timeZone)}</b>`,
        ...(each.length > 0 ? each : [html`none`]),
      )
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

export function resultsText(answer: About<'results'>): Html {
  const { by, rows, more: left, curve, drawdown } = answer
  if (rows.length === 0)
    return html`Nothing was sold yet, so nothing is won or lost. /positions shows what is held.`
  const head = html`<b>${HEADS[by]}</b>, of what was sold, fees included`
  const shown =
    timeTable(by, rows, head, left ?? 0) ??
    list(
      head,
      rows.map((row) => rowText(answer, row)),
      { left },
    )
  return lines(shown, curve === undefined ? null : fallText(curve, drawdown))
}

/** As many as a phone shows without much scrolling. */
const TABLE_ROWS = 31

/** Periods, days, weeks or months below each other, a table for each currency; null where that is too wide for a phone. */
function timeTable(
  by: GroupedBy,
  rows: readonly ResultRow[],
  head: Html,
  left: number,
): Html | null {
  const column = TIMES.get(by)
  if (column === undefined) return null
  const shown = rows.slice(0, TABLE_ROWS)
  const tables = [...new Set(shown.map(({ currency }) => currency))].map((currency) => {
    const own = shown.filter((row) => row.currency === currency)
    return table([[column, currency, '%', 'sold', 'won'], ...own.map((row) => cellsOf(row, own))])
  })
  if (tables.includes(null)) return null
  // Each period holds those before it.
  const counted = by === 'period' ? rows.filter(({ key }) => key === 'all') : rows
  const unknown = counted.reduce((sum, row) => sum + row.unknown, 0)
  const more = rows.length - shown.length + left
  return lines(
    head,
    ...tables,
    unknown === 0 ? null : html`${unknown} sold without a known result, in no sum`,
    ...withoutText(together(counted.map(({ besides = {} }) => besides))),
    more === 0 ? null : html`and ${more} more`,
  )
}

const TIMES: ReadonlyMap<GroupedBy, string> = new Map([
  ['day', 'Day'],
  ['week', 'Week of'],
  ['month', 'Month'],
  ['period', ''],
])

/** "23 Nov" for a day of the newest row's year, "23 Nov 25" for another's. */
function shortKey(key: string, [newest]: readonly ResultRow[]): string {
  if (!/^\d{4}-\d\d-\d\d$/.test(key)) return SHORT.get(key) ?? key
  const day = new Date(`${key}T00:00:00Z`).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    timeZone: 'UTC',
  })
  return newest?.key.slice(0, 4) === key.slice(0, 4) ? day : `${day} ${key.slice(2, 4)}`
}

/** Periods as a table names them. */
const SHORT: ReadonlyMap<string, string> = new Map([
  ['today', 'today'],
  ['7 days', '7 d'],
  ['30 days', '30 d'],
  ['all', 'all'],
])

/** If any value in the column is 1 or more, all are shown with two decimals. */
function cellsOf({ key, gain, negative, paid, trades, won }: ResultRow, all: readonly ResultRow[]) {
  const inCents = all.some((row) => new Big(row.gain).gte(1))
  const money = inCents ? cents(gain, negative) : signed(gain, negative)
  const isFree = new Big(paid).eq(0)
  const percent = isFree ? '' : cents(new Big(gain).div(paid).times(100).toFixed(), negative)
  return [shortKey(key, all), money, percent, String(trades), String(won)]
}

/** The drawdown of results. The policy's own figure also includes positions, at the present price. */
function fallText(
  { currency, deepest, below }: Curve,
  drawdown: About<'results'>['drawdown'],
): Html {
  const used = drawdown?.used === undefined ? '(not known now)' : sum(drawdown.used)
  return lines(
    html`<b>Below the best</b>`,
    html`Realised ${sum(below)} ${currency}, at worst ${sum(deepest)}`,
    drawdown === undefined
      ? null
      : html`Held included: ${used} of ${sum(drawdown.limit)} ${currency}`,
  )
}

function rowText(
  { by, timeZone }: Pick<About<'results'>, 'by' | 'timeZone'>,
  row: ResultRow,
): Html {
  const { currency, trades, won, unknown, gain, negative, paid } = row
  const percent = new Big(paid).eq(0) ? '' : ` (${share(gain, paid, negative)})`
  return lines(
    html`<b>${keyText(by, row.key, timeZone)}</b>`,
    html`<b>${signed(gain, negative)} ${currency}</b>${percent}`,
    html`${trades} sold, ${won} with a gain`,
    unknown === 0 ? null : html`${unknown} without a known result`,
    ...chargedLines(row),
  )
}

function keyText(by: GroupedBy, key: string, timeZone = 'UTC'): string {
  if (key === 'today') return `Today (${timeZone})`
  if (by === 'stream') return shownStream(key)
  if (by === 'reason') return REASONS[key as SaleRow['reason']] ?? key
  if (by === 'week') return `Week from ${key}`
  return by === 'period' ? (PERIODS[key] ?? key) : key
}

const PERIODS: Readonly<Record<string, string>> = {
  '7 days': 'Last 7 days',
  '30 days': 'Last 30 days',
  all: 'All time',
}
