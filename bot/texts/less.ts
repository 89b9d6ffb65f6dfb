// How much less: what the bot asks and answers.
import type { OrderView } from '@keyside/protocol'
import { html } from './html.ts'
import { currencies, sum } from './numbers.ts'
import { orderTitle } from './orders.ts'

export const lessQuestion = (order: OrderView) =>
  html`✂️ <b>${orderTitle(order)}</b>: for how much ${currencies(order.market).quote} at most? Send a number below ${sum(order.value)}. Nothing is bought before you approve the smaller order.`

/** Replies to amounts that are not passed on. */
export const LESS_ANSWERS = {
  unread: html`I cannot read that as one amount, so nothing is changed. Send it without a separator of thousands, such as <code>150</code> or <code>1500.5</code>.`,
  notLess: html`That is not less than what the card says, so nothing is changed. Send a smaller amount.`,
  which: html`Several orders wait for an amount: reply to the message that asks for the one you mean.`,
  over: html`That card waits no more, so nothing is changed.`,
} as const
