// What a way out will do, before the trader says yes to it, and what became of the yes.
import { type Answer, type Instruction, shownStream } from '@keyside/protocol'
import Big from 'big.js'
import { DONE } from './buttons.ts'
import { type Html, html, lines, list } from './html.ts'
import { amount, baseOf, currencies, distance, sum } from './numbers.ts'
import { orderTitle } from './orders.ts'

type About<Name extends Answer['about']> = Extract<Answer, { about: Name }>
type CloseRow = About<'close'>['rows'][number]
export type EntryRow = About<'entries'>['rows'][number]

/** Positions that are listed one by one. */
const MAX_ROWS = 12

export function closeText({ rows, percent, more = 0 }: About<'close'>): Html {
  const [row] = rows
  if (row !== undefined && rows.length + more === 1) return oneSaleText(row, percent)
  const count = rows.length + more
  const what =
    percent === 100 ? `Close all ${count} positions?` : `Sell ${percent} % of ${count} positions?`
  return lines(
    list(
      html`🏁 <b>${what}</b>`,
      rows.map((one) =>
        lines(html`<b>${soldOf(one)}</b> · ${shownStream(one.stream)}`, bringsText(one)),
      ),
      { most: MAX_ROWS, left: more },
    ),
    sumText(rows),
    percent === 100
      ? html`Their stops and take-profits go with them.`
      : html`What stays keeps its stop and its take-profits.`,
    AGAIN,
  )
}

function oneSaleText(row: CloseRow, percent: number): Html {
  const { market, stream } = row
  const { base } = currencies(market)
  const isAll = row.rest === undefined
  return lines(
    html`🏁 <b>${isAll ? `Close all of your ${base}?` : `Sell ${soldOf(row)}?`}</b>`,
    html`${market} · ${shownStream(stream)}`,
    isAll ? html`Sells <b>${soldOf(row)}</b>${dustText(row)}` : null,
    bringsText(row),
    isAll && percent < 100
      ? html`All of it: what ${percent} % would leave is too little for an order of its own.`
      : null,
    isAll ? goesText(row) : staysText(row),
    isAll
      ? html`The strategy may buy again later: <code>/pause ${shownStream(stream)}</code> keeps it out.`
      : null,
  )
}

const AGAIN = html`Trading goes on, and strategies may buy again later: /pause keeps them out.`

/** What no order can carry stays in the account. */
function dustText({ held, amount: sold, market }: CloseRow): string {
  const dust = new Big(held).minus(sold)
  if (dust.lte(0)) return ''
  return `; ${amount(dust.toFixed())} ${currencies(market).base} are too little to sell`
}

/** "0.25 of 0.5 ETH", or "0.5 ETH". */
function soldOf(row: CloseRow): string {
  const { base } = currencies(row.market)
  const of = row.rest === undefined ? '' : ` of ${amount(row.held)}`
  return `${amount(row.amount)}${of} ${base}`
}

function bringsText(row: CloseRow): Html {
  const { market, price, least, waits } = row
  const { quote } = currencies(market)
  const brings =
    price === undefined || least === undefined
      ? html`What it brings nobody knows: there is no price now`
      : html`Brings about <b>${sum(new Big(price).times(row.amount))} ${quote}</b> before fees: the price is ${amount(price)}, and nothing is sold below ${amount(least)}`
  return lines(brings, waits === undefined ? null : html`⏳ ${waitsText(waits)}`)
}

function goesText({ stop, takeProfits }: CloseRow): Html {
  const gone = [
    ...(stop === undefined ? [] : [`the stop at ${amount(stop)}`]),
    ...(takeProfits === undefined ? [] : [levels(takeProfits)]),
  ]
  return gone.length === 0
    ? html`Nothing of it stays.`
    : html`Nothing of it stays: ${gone.join(' and ')} go${gone.length === 1 && takeProfits === undefined ? 'es' : ''} with it.`
}

function staysText(row: CloseRow): Html {
  const { market, stop, takeProfits } = row
  const { base } = currencies(market)
  const under =
    stop === undefined ? 'without a stop, as now' : `under the stop at ${amount(stop)}, made to fit`
  const left =
    takeProfits === undefined ? '' : `; ${levels(takeProfits)} stay${takeProfits === 1 ? 's' : ''}`
  return html`<b>${amount(row.rest ?? '0')} ${base}</b> stay${row.rest === '1' ? 's' : ''}, ${under}${left}.`
}

function levels(count: number): string {
  return count === 1 ? 'one take-profit' : `${count} take-profits`
}

/** In each currency what has a price; nothing where one has none. */
function sumText(rows: readonly CloseRow[]): Html | null {
  const sums = new Map<string, Big>()
  for (const { market, price, amount } of rows) {
    if (price === undefined) return null
    const { quote } = currencies(market)
    sums.set(quote, (sums.get(quote) ?? new Big(0)).plus(new Big(price).times(amount)))
  }
  const told = [...sums].map(([quote, value]) => `${sum(value)} ${quote}`)
  return html`Together about <b>${told.join(' + ')}</b> before fees`
}

const WAITS: Readonly<Record<string, string>> = {
  exchange_rate_limited: 'The exchange wants a pause now',
  exchange_awaited: 'The exchange does not answer now',
  market_closed: 'The exchange does not trade it now',
  order_unknown: 'Nobody knows yet what became of an earlier order',
}

function waitsText(code: string): string {
  return `${WAITS[code] ?? `It has to wait (${code})`}: it is done as soon as that is over.`
}

export function protectText(answer: About<'protect'>): Html {
  const { market, stream, held, entry, price, from, to, least, waits } = answer
  const { base, quote } = currencies(market)
  return lines(
    html`🛡 <b>Stop of your ${base} up to ${amount(to)} ${quote}?</b>`,
    html`${amount(held)} ${base} · ${market} · ${shownStream(stream)}`,
    from === undefined ? html`There is none now.` : html`Now it is at ${amount(from)}.`,
    html`That is ${distance(to, price)} below the price of ${amount(price)}, and ${toEntry(to, entry)}.`,
    html`Once the price falls to it, all is sold for ${amount(least)} or better.`,
    html`Nothing brings it down again from here.`,
    waits === undefined ? null : html`⏳ ${waitsText(waits)}`,
  )
}

/** Below the entry price it sells at a loss. */
function toEntry(to: string, entry: string): string {
  const far = distance(to, entry)
  if (/^0(\.0+)? %$/.test(far)) return 'what you paid'
  return `${far} ${new Big(to).lt(entry) ? 'below' : 'above'} what you paid`
}

export function entriesText({ rows, more }: About<'entries'>): Html {
  if (rows.length === 0)
    return html`No entry waits or rests. What sells or protects is not taken back from here.`
  return list(
    html`<b>Which order do you take back?</b>`,
    rows.map((row, at) =>
      lines(
        html`${at + 1}. <b>${orderTitle(row.order)}</b> for at most ${amount(row.order.price)}`,
        whereText(row),
      ),
    ),
    { most: MAX_ROWS, left: more },
  )
}

export function cancelText(row: EntryRow): Html {
  const { order, filled } = row
  const isPart = new Big(filled).gt(0)
  return lines(
    html`↩️ <b>Take this order back?</b>`,
    html`${orderTitle(order)} for at most ${amount(order.price)} ${currencies(order.market).quote}`,
    whereText(row),
    isPart
      ? html`${amount(filled)} ${baseOf(order)} are bought already, and stay under their stop.`
      : isUnsent(row)
        ? html`Nothing was sent yet, and then nothing is.`
        : html`Nothing of it is bought yet. If it fills before it is off the book, that stays, under its stop.`,
  )
}

function isUnsent({ status }: EntryRow): boolean {
  return status === 'waiting'
}

const STATUSES: Readonly<Record<string, string>> = {
  waiting: 'waits for your yes',
  approved: 'on its way',
  submitted: 'on its way',
  accepted: 'at the exchange',
  partially_filled: 'at the exchange, a part is bought',
  unknown: 'nobody knows yet whether it is there',
}

function whereText({ order: { market, stream }, status }: EntryRow): Html {
  return html`${market} · ${shownStream(stream)} · ${STATUSES[status] ?? status}`
}

/** There is no such row in what the device has listed. */
export const noSuchEntry = html`There is no such order to take back any more. /cancel lists those that can be.`

/** Refusals that only say that the request does not fit the positions: nothing is wrong. */
export const NOT_DONE: ReadonlySet<string> = new Set([
  'nothing_held',
  'position_unknown',
  'position_ambiguous',
  'position_changed',
  'close_under_way',
  'part_waits',
  'stop_not_higher',
  'stop_above_price',
  'entry_over',
  'cancel_protects',
  'halted_at_terminal_only',
  'pause_ambiguous',
  'pause_none',
  'pause_past',
  'pause_unknown',
  'price_alert_market_unknown',
  'price_alert_there',
  'price_alert_unknown',
  'price_alerts_full',
  'setting_moved',
  'setting_unchanged',
  'setting_unknown',
  'signal_unknown',
  'tighten_loosens',
])

const OUTCOMES: Readonly<Partial<Record<Instruction['do'], Html>>> = {
  close: html`➡️ <b>Being sold.</b> What it brings comes as a message of its own.`,
  protect: html`🛡 <b>Moved.</b> The exchange has the new stop within seconds.`,
  cancel: html`↩️ <b>Taken back.</b>`,
}

/** What a yes to this has come to, where the device has done it. */
export function doneText({ do: what }: Instruction, answer: Answer): Html {
  const done = OUTCOMES[what] ?? DONE
  if (answer.about !== 'done' || answer.waits === undefined) return done
  return html`⏳ <b>Noted.</b> ${waitsText(answer.waits)}`
}

export const closeUnread = html`I did not understand that, so <b>nothing is sold</b>. <code>/close eth</code> sells all of it, <code>/close eth half</code> and <code>/close eth 30%</code> a part, /closeall everything: each is asked about first.`

export const protectUnread = html`I did not understand that, so no stop has moved. <code>/protect eth 2950</code> moves it up to that price, <code>/protect eth 3%</code> to that far below the price of now, <code>/breakeven eth</code> to what you paid: each is asked about first.`

export const cancelUnread = html`I did not understand that, so nothing is taken back. /cancel lists the orders that can be, <code>/cancel 2</code> is the second of them.`
