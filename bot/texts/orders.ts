// One order as text: what it is, its status, and its result.
import {
  type OrderStatus,
  type OrderView,
  type ReportEvent,
  type ResultRow,
  type SaleResult,
  shownStream,
} from '@keyside/protocol'
import Big from 'big.js'
import { type Html, html, lines } from './html.ts'
import { amount, baseOf, currencies, pastVerb, share, signed, span, sum, verb } from './numbers.ts'
import { reasonText } from './reason.ts'
import { reasonLine } from './signal-reason.ts'

export type OrderStep = Extract<ReportEvent, { type: 'order' }>

/** "Buy 0.05 BTC". */
export function orderTitle(order: OrderView): string {
  return `${verb(order.side)} ${amount(order.amount)} ${baseOf(order)}`
}

/** A message of its own. */
export function orderText(step: OrderStep): Html {
  const { order, reason = '' } = step
  return lines(
    ...(isFilled(step) ? [whereText(order)] : [titleLine(order), priceText(order)]),
    stepText(step),
    reasonLine(reason),
  )
}

/** Its older message, when a new one tells what became of it. */
export function seeBelowText({ order }: OrderStep): Html {
  return lines(order.kind === 'stop' ? stopTitle(order) : titleLine(order), SEE_BELOW)
}

export const SEE_BELOW = html`⬇️ What became of it is told below.`

function whereText({ market, stream }: OrderView): Html {
  return html`<b>${market}</b> · ${shownStream(stream)}`
}

function titleLine(order: OrderView): Html {
  return html`<b>${orderTitle(order)}</b> · ${order.market} · ${shownStream(order.stream)}`
}

function priceText({ market, side, price }: OrderView): Html {
  const { quote } = currencies(market)
  return html`at ${side === 'buy' ? 'most' : 'least'} ${amount(price)} ${quote}`
}

/** The stop of a position: one message, which changes for as long as there is something to protect. */
export function stopText(step: OrderStep): Html {
  const { order, status, code = '' } = step
  const { quote } = currencies(order.market)
  const told =
    status === 'accepted'
      ? html`Stands at the exchange: sells ${amount(order.amount)} ${baseOf(order)} at ${amount(order.price)} ${quote} or better.`
      : (TAKEN_OFF[code] ?? stepText(step))
  return lines(stopTitle(order), told)
}

function stopTitle({ market, stream, stop, price }: OrderView): Html {
  const { quote } = currencies(market)
  return html`🛡 <b>Stop at ${amount(stop ?? price)} ${quote}</b> · ${market} · ${shownStream(stream)}`
}

/** Codes of what the device does with its own stops: no code is shown for them. */
export const TAKEN_OFF: Readonly<Record<string, Html>> = {
  stop_taken_off: html`Taken off by your device, to sell the position.`,
  stop_replaced: html`Taken off by your device, for another to take its place.`,
}

/** What became of it, and below it the device's reason where there is one to tell. */
export function stepText(step: OrderStep): Html {
  const { status, code, message } = step
  const why = code === undefined || isTold(step) ? null : reasonText(code, message)
  return lines(STEPS[status](step), why, wholeResult(step))
}

/** Statuses and codes whose text already gives the reason. */
function isTold({ status, code = '' }: OrderStep): boolean {
  return ['declined', 'expired', 'replaced'].includes(status) || SAID.includes(code)
}

const SAID = ['entry_superseded', 'entry_canceled', 'approval_withdrawn']

const STEPS: { readonly [Status in OrderStatus]: (step: OrderStep) => Html } = {
  approved: () => html`✅ Approved, sending…`,
  declined: () => html`🚫 Declined. Nothing was sent.`,
  expired: () => html`⌛ Expired, nothing was sent.`,
  denied: (step) => refused(step),
  replaced: () => html`🔄 <b>The price moved.</b> Nothing was sent: asked again on a new card.`,
  submitted: () => html`➡️ Sent to the exchange, waiting for its answer…`,
  accepted: () => html`➡️ At the exchange, not filled yet.`,
  partially_filled: (step) => html`◐ ${part(step)} so far.`,
  filled: (step) => html`${step.order.kind === 'stop' ? '🛡' : '✅'} ${whole(step)}`,
  canceled: (step) =>
    isFilled(step)
      ? html`◐ ${part(step)}. The rest was canceled.`
      : html`⚪ Canceled. ${nothing(step)}`,
  rejected: (step) => html`❌ <b>Rejected by the exchange.</b> ${nothing(step)}`,
  unknown: ({ order }) =>
    html`❓ <b>Nobody knows yet what became of this order.</b> Your device keeps asking, and does nothing else on ${order.market} until it knows. Do not place it again by hand.`,
  not_placed: (step) => html`⚪ <b>Never placed.</b> ${nothing(step)}`,
}

/** A refused entry costs nothing; a refused exit needs attention. */
function refused({ order, code, message = '' }: OrderStep): Html {
  if (code === 'entry_superseded')
    return html`⚪ <b>Over.</b> The strategy has left this idea again. Nothing was bought.`
  if (code === 'entry_canceled') return html`↩️ <b>Taken back by you.</b> Nothing was sent.`
  if (code === 'approval_withdrawn')
    return html`⏹ <b>Withdrawn:</b> ${message.split(': ')[0] ?? ''}. Nothing was sent.`
  const mark = order.kind === 'entry' ? '⚪' : '🛑'
  return html`${mark} <b>Refused by your device.</b> Nothing was sent.`
}

export function isFilled(step: Pick<OrderStep, 'filled'>): boolean {
  return new Big(step.filled).gt(0)
}

function nothing({ order }: OrderStep): string {
  return `Nothing was ${order.side === 'buy' ? 'bought' : 'sold'}.`
}

function whole(step: OrderStep): Html {
  const { order, filled } = step
  const by = order.kind === 'stop' ? ' by the stop:' : ''
  return html`${pastVerb(order.side)}${by} <b>${amount(filled)} ${baseOf(order)}</b>${price(step)}.${fees(step)}`
}

function part(step: OrderStep): Html {
  const { order, filled } = step
  return html`${pastVerb(order.side)} <b>${amount(filled)}</b> of ${amount(order.amount)} ${baseOf(order)}${price(step)}`
}

function price({ order, filled, average }: OrderStep): string {
  if (average === undefined) return ''
  const { quote } = currencies(order.market)
  const paid = new Big(filled).times(average)
  return ` at ${amount(average)} ${quote}, ${sum(paid)} ${quote} in all`
}

function fees({ fees = [] }: OrderStep): string {
  if (fees.length === 0) return ''
  return ` Fee ${fees.map(feeText).join(' + ')}.`
}

/** "0.12 USDT + 0.0003 BNB". */
export function feesText(fees: Readonly<Record<string, string>>): string {
  return Object.entries(fees)
    .map(([currency, amount]) => feeText({ currency, amount }))
    .join(' + ')
}

export function feeText(fee: { readonly amount: string; readonly currency: string }): string {
  return `${sum(fee.amount)} ${fee.currency}`
}

/** Fees whose value is unknown: they are in no sum. */
export function withoutText(unpriced: Readonly<Record<string, string>> = {}): Html[] {
  if (Object.keys(unpriced).length === 0) return []
  return [html`without fees of ${feesText(unpriced)}`]
}

/** Of a sum: what fees came to, in its own currency. */
export function chargedLines(
  row: Pick<ResultRow, 'fees' | 'feesValue' | 'besides' | 'currency'>,
): Html[] {
  const isKnown = new Big(row.feesValue).gt(0)
  const known = isKnown ? [html`Fees ${sum(row.feesValue)} ${row.currency}`] : []
  return [...known, ...withoutText(row.besides)]
}

/** In money and percent of what was paid. */
export function resultText({ gain, negative, paid }: SaleResult, quote: string): Html {
  return html`Result <b>${signed(gain, negative)} ${quote} (${share(gain, paid, negative)})</b>`
}

function wholeResult({ order, result }: OrderStep): Html | null {
  if (result === undefined) return null
  const { besides = [] } = result
  const rest =
    besides.length === 0 ? 'fees included' : `without fees of ${besides.map(feeText).join(' + ')}`
  const held = result.held === undefined ? '' : `, held ${span(result.held * 1000)}`
  return html`${resultText(result, currencies(order.market).quote)}, ${rest}${held}.`
}
