// What stands below a purchase while it lives: its stop, what is being sold, what was sold.
import Big from 'big.js'
import { type Html, html, lines } from './html.ts'
import { amount, baseOf, currencies } from './numbers.ts'
import { isFilled, type OrderStep } from './orders.ts'

/** Each step as it was last reported. */
export interface TradeStory {
  readonly entry: OrderStep
  readonly stop?: OrderStep
  /** Where the first stop stood. */
  readonly firstStop?: string
  /** By order, in the order of their first steps. */
  readonly sales: readonly OrderStep[]
  /** Goes on in the message of a later purchase. */
  readonly joined?: true
  /** What was held when this one was bought, of earlier purchases; base, decimal. */
  readonly heldBefore?: string
}

/** Of a caption with its card only so much is free. */
const MAX_SALES = 3
/** A rest up to this share of a purchase counts as sold: fees and dust stay. */
const LEFT_OVER = '0.05'

/** Null while there is nothing to tell. */
export function tradeText(story: TradeStory): Html | null {
  const sales = story.sales.filter((step) => isFilled(step) || isUnderWay(step))
  const over = isOver(story)
  const told = sales.slice(-MAX_SALES).map((step) => saleLine(step, over))
  if (story.joined === true) return html`➕ Goes on below, with what was added.`
  return lines(over ? null : stopLine(story), ...told)
}

/** Base, as a decimal: what was bought, less what was sold. */
export function heldOf({ entry, sales, heldBefore = '0' }: TradeStory): string {
  const sold = sales.reduce((all, { filled }) => all.plus(filled), new Big(0))
  return new Big(heldBefore).plus(entry.filled).minus(sold).toFixed()
}

export function isOver(story: TradeStory): boolean {
  const bought = new Big(story.heldBefore ?? '0').plus(story.entry.filled)
  return new Big(heldOf(story)).lte(bought.times(LEFT_OVER))
}

function isUnderWay({ status, order }: OrderStep): boolean {
  return order.kind === 'exit' && ['submitted', 'accepted', 'partially_filled'].includes(status)
}

const NO_STOP: Readonly<Record<string, Html>> = {
  stop_replaced: html`🛡 Stop being moved…`,
  stop_taken_off: html`🛡 Stop taken off by your device, to sell.`,
}

function stopLine({ stop, firstStop }: TradeStory): Html | null {
  if (stop === undefined) return null
  const { order, status, code = '' } = stop
  if (status === 'unknown') return html`❓ Nobody knows whether the stop stands: see below.`
  if (status !== 'accepted' && status !== 'partially_filled')
    return NO_STOP[code] ?? html`🛡 The stop was canceled.`
  const { quote } = currencies(order.market)
  const at = order.stop ?? order.price
  const moved = firstStop === undefined || firstStop === at ? '' : `, first at ${amount(firstStop)}`
  return html`🛡 Stop stands at <b>${amount(at)} ${quote}</b>${moved}; sells at ${amount(order.price)} or better.`
}

function saleLine(step: OrderStep, over: boolean): Html {
  const { order, filled, average } = step
  const price = average === undefined ? '' : ` at ${amount(average)}`
  const by = order.kind === 'stop' ? ' by the stop' : ''
  if (!isFilled(step)) return html`➡️ Being sold…`
  if (isUnderWay(step)) return html`◐ Selling: ${amount(filled)} of ${amount(order.amount)} so far.`
  if (over) return html`🏁 Sold${by}${price}: the answer below has the result.`
  return html`◐ Part sold${by}: ${amount(filled)} ${baseOf(order)}${price}.`
}
