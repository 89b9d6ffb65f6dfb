// One order in words: what it is, and what became of it.
import type { OrderStatus, OrderView, ReportEvent } from '@keyside/protocol'
import Big from 'big.js'
import { type Html, html, lines } from './html.ts'
import { amount, baseOf, currencies, pastVerb, sum, verb } from './numbers.ts'
import { reasonText } from './reason.ts'

export type OrderStep = Extract<ReportEvent, { type: 'order' }>

/** "Buy 0.05 BTC". */
export function orderTitle(order: OrderView): string {
  return `${verb(order.side)} ${amount(order.amount)} ${baseOf(order)}`
}

const KINDS = { entry: '', exit: ', to close the position', stop: ', if the price falls' } as const

/** An order that was not asked about: its own message, edited with each step. */
export function orderText(step: OrderStep): Html {
  const { order } = step
  return lines(
    html`<b>${orderTitle(order)}</b>${KINDS[order.kind]}`,
    html`${order.market} · ${priceText(order)}`,
    html`Strategy ${order.stream}`,
    '',
    stepText(step),
  )
}

function priceText({ market, side, price, stop }: OrderView): string {
  const { quote } = currencies(market)
  const bound = side === 'buy' ? 'at most' : 'at least'
  const limit = `${bound} ${amount(price)} ${quote}`
  return stop === undefined ? limit : `at ${amount(stop)} ${quote}, for ${limit}`
}

/** What became of it, and below it the device's reason where there is one to tell. */
export function stepText(step: OrderStep): Html {
  const { status, code, message } = step
  const why = code === undefined || TOLD.has(status) ? null : reasonText(code, message)
  return lines(STEPS[status](step), why)
}

/** The trader did it himself, or slept: a reason would say the same again. */
const TOLD: ReadonlySet<OrderStatus> = new Set(['rejected', 'expired', 'replaced'])

const STEPS: { readonly [Status in OrderStatus]: (step: OrderStep) => Html } = {
  approved: () => html`✅ Approved, sending…`,
  rejected: () => html`🚫 Rejected. Nothing was sent.`,
  expired: () => html`⌛ Expired, nothing was sent.`,
  refused: () => html`🛑 <b>Refused by your device.</b> Nothing was sent.`,
  replaced: () => html`🔄 <b>The price moved.</b> Nothing was sent: asked again on a new card.`,
  sent: () => html`➡️ Sent to the exchange, waiting for its answer…`,
  accepted: (step) =>
    step.order.kind === 'stop'
      ? html`🛡 The stop stands at the exchange.`
      : html`➡️ At the exchange, not filled yet.`,
  part_filled: (step) => html`◐ ${part(step)} so far.`,
  filled: (step) => html`✅ ${whole(step)}`,
  canceled: (step) =>
    isFilled(step)
      ? html`◐ ${part(step)}. The rest was canceled.`
      : html`⚪ Canceled. ${nothing(step)}`,
  turned_down: (step) => html`❌ <b>Turned down by the exchange.</b> ${nothing(step)}`,
  unknown: ({ order }) =>
    html`❓ <b>Nobody knows yet what became of this order.</b> Your device keeps asking, and does nothing else on ${order.market} until it knows. Do not place it again by hand.`,
  not_placed: (step) => html`⚪ <b>Never placed.</b> ${nothing(step)}`,
}

function isFilled(step: OrderStep): boolean {
  return new Big(step.filled).gt(0)
}

function nothing({ order }: OrderStep): string {
  return `Nothing was ${order.side === 'buy' ? 'bought' : 'sold'}.`
}

function whole(step: OrderStep): Html {
  const { order, filled } = step
  return html`${pastVerb(order.side)} <b>${amount(filled)} ${baseOf(order)}</b>${price(step)}.${fees(step)}`
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
  return ` Fee ${fees.map((fee) => `${amount(fee.amount)} ${fee.currency}`).join(' + ')}.`
}

/** The new message that makes the phone ring: the order's own message was only edited. */
export function loudText(step: OrderStep): Html {
  return lines(html`<b>${step.order.market}</b> · ${step.order.stream}`, stepText(step))
}
