// The approval card's caption and toasts.
import {
  type ApprovalNeeded,
  type OrderStatus,
  type OrderView,
  shownStream,
} from '@keyside/protocol'
import Big from 'big.js'
import { clip, type Html, html, lines } from './html.ts'
import { amount, currencies, distance, moment, spanAtLeast, sum, zone } from './numbers.ts'
import { orderTitle } from './orders.ts'

/** A caption holds 1024 characters in all. */
const MAX_REASON_LENGTH = 150

export const BUTTONS = { approve: '✅ Approve', decline: '🚫 Decline' } as const

/** `state` stands last: time left, or what became of it. */
export function cardText(needed: ApprovalNeeded, state: Html, mark: '?' | '' = ''): Html {
  const { order, reason } = needed
  return lines(
    html`<b>${orderTitle(order)}${mark}</b> · ${shownStream(order.stream)}`,
    mark === '?' ? againText(needed) : null,
    html`${order.side === 'buy' ? 'At most' : 'At least'} <b>${sum(order.value)} ${currencies(order.market).quote}</b>`,
    html`Now <b>${amount(needed.market)}</b>, limit ${amount(order.price)}`,
    signalLine(needed),
    stopLine(needed),
    riskLine(needed),
    reason === '' ? null : html`<i>${clip(reason, MAX_REASON_LENGTH)}</i>`,
    needed.code === 'needed' && mark === '?' ? CODE_NEEDED : null,
    state,
  )
}

/** Followed on another market than the signal's: both prices. */
function signalLine({ signalled }: ApprovalNeeded): Html | null {
  if (signalled === undefined) return null
  return html`The signal is of ${signalled.market}, at <b>${amount(signalled.price)}</b> there`
}

/** Asked again because the price has moved. */
function againText({ again, market }: ApprovalNeeded): Html | null {
  if (again === undefined) return null
  return html`🔄 <b>Asked again</b> (${ordinal(again.times)} time): the price was ${amount(again.price)}, now it is ${amount(market)}`
}

function ordinal(times: number): string {
  return `${times}${{ 2: 'nd', 3: 'rd' }[times] ?? 'th'}`
}

function stopLine({ stop, market, order }: ApprovalNeeded): Html | null {
  if (stop === undefined) return order.kind === 'entry' ? html`No stop` : null
  const side = new Big(stop).lt(market) ? 'below' : 'above'
  return html`Stop <b>${amount(stop)}</b> (${distance(stop, market)} ${side})`
}

/** First the loss at the stop, as a trader would estimate it; then the bound that the limits set. */
function riskLine({ stop, market, risk, order }: ApprovalNeeded): Html | null {
  if (order.kind !== 'entry') return null
  const { quote } = currencies(order.market)
  if (stop === undefined) return html`May lose <b>${sum(risk)} ${quote}</b>: all of it`
  const atStop = new Big(market).minus(stop).times(order.amount)
  const about = atStop.gt(0) ? html`about <b>${sum(atStop)} ${quote}</b> at the stop, ` : ''
  return html`May lose ${about}<b>${sum(risk)}</b> at worst, if entry and stop fill only at their limits; fees not counted`
}

const CODE_NEEDED = html`🔐 This one needs the code from your authenticator.`

/** Asks for the digits, below the card. */
export function codeQuestion(order: OrderView): Html {
  return html`🔐 <b>${orderTitle(order)}</b>: send the six digits that your authenticator shows now. They are passed on to your device, and taken out of this chat.`
}

/** Replies to digits that are not forwarded. */
export const CODE_ANSWERS = {
  none: html`No order waits for a code. Press Approve on its card first.`,
  which: html`Several orders wait for a code: reply to the message that asks for the one you mean.`,
  old: html`You sent this code while I was away, and it counts no more. Press Approve again and send a new one.`,
} as const

/** The expiry to the second, and the time left in steps: at most seven edits a minute. Both in seconds. */
export function timeLeft(expires: number, now: number): Html {
  const left = expires - now
  const step = left > 120 ? 60 : left > 10 ? 10 : 5
  const steps = Math.floor(left / step) * step
  const count = steps < 5 ? 'a few seconds' : `over ${spanAtLeast(steps * 1000)}`
  return html`⏳ Until ${moment(Math.floor(expires) * 1000, now * 1000)} ${zone(expires * 1000)}, ${count} left to answer`
}

export const SENDING = {
  approve: html`✅ Approved, sending…`,
  decline: html`🚫 Declined, telling your device…`,
} as const
export const timeUp: Html = html`⌛ Time is up, nothing was sent.`
export const unconfirmed: Html = html`❓ <b>Unconfirmed.</b> Your answer is out, but your device has not said what came of it. Look at /orders.`

/** Notes above the time left while the card is open. */
export const NOTES = {
  unreachable: 'Your device cannot be reached, so your answer was not sent. Press again.',
  unheard: 'Your device has not taken your answer, and it counts no more. Press again.',
  interrupted: 'I was restarted while sending your answer. Press again.',
  code: 'Send the six digits as a reply to the message below.',
  not_taken: 'Your device has not taken your answer, and says why below.',
} as const

export function noteText(note: string): string | null {
  return (NOTES as Readonly<Record<string, string>>)[note] ?? null
}

/** Toasts for a press on a closed card: what became of its order. */
export const OUTCOMES = {
  approved: 'Approved already: it is being sent.',
  declined: 'Declined already: nothing was sent.',
  expired: 'Too late: the time to answer is over. Nothing was sent.',
  time_up: 'Too late: the time to answer is over. Nothing was sent.',
  denied: 'Your device refused it: the card says why. Nothing was sent.',
  replaced: 'The price moved, nothing was sent: answer the new card.',
  submitted: 'Approved already: it is at the exchange.',
  accepted: 'Approved already: it is at the exchange.',
  partially_filled: 'Approved already: a part is filled.',
  filled: 'Approved already, and filled.',
  canceled: 'Over: what was not filled is canceled.',
  rejected: 'The exchange rejected it: the card says why.',
  unknown: 'Nobody knows yet what became of it: look at /orders.',
  unconfirmed: 'Your device has not said what became of it: look at /orders.',
  not_placed: 'It never reached the exchange. Nothing was bought or sold.',
} as const satisfies Record<OrderStatus | 'time_up' | 'unconfirmed', string>

export function outcomeText(became: string): string {
  return (OUTCOMES as Readonly<Record<string, string>>)[became] ?? TOASTS.unknown
}

export const TOASTS = {
  approve: 'Approved, sending…',
  decline: 'Declined',
  late: 'Too late: the time to answer is over. Nothing was sent.',
  used: 'You have answered this already.',
  unknown: 'This button is no longer valid: look at the card as it is now, or at /orders.',
  code: 'Send the code from your authenticator.',
  unreachable: 'Your device cannot be reached. Nothing was sent; try again.',
} as const
