// The approval card's caption and toasts.
import {
  type ApprovalNeeded,
  type Decimal,
  type OrderStatus,
  type OrderView,
  shownStream,
} from '@keyside/protocol'
import Big from 'big.js'
import { CAPTION_ROOM, clip, type Html, html, lines } from './html.ts'
import { amount, currencies, distance, moment, span, spanAtLeast, sum, zone } from './numbers.ts'
import { type OrderStep, orderTitle, stepText } from './orders.ts'
import { reasonLine } from './signal-reason.ts'

const MAX_REASON_LENGTH = 120
const MAX_ASKED_LENGTH = 250

export const BUTTONS = {
  approve: '✅ Approve',
  decline: '🚫 Decline',
  less: '✂️ Less',
  why: '❓ Why?',
  half: '½',
  third: '⅓',
  own: '✏️ Other amount',
  back: '‹ Back',
} as const

/** `state` stands last: time left, or what became of it. */
export function cardText(needed: ApprovalNeeded, state: Html, mark: '?' | '' = ''): Html {
  const { order, reason, allocation } = needed
  const [bound, stream] = [order.side === 'buy' ? 'at most' : 'at least', shownStream(order.stream)]
  const rows = [
    { row: firstLine(needed, mark), rank: 0 },
    { row: mark === '?' ? againText(needed) : null, rank: 0 },
    { row: html`Now ${amount(needed.market)}, ${bound} ${amount(order.price)}`, rank: 2 },
    { row: signalLine(needed), rank: 0 },
    { row: stopLine(needed), rank: 0 },
    { row: exitsLine(needed), rank: 3 },
    { row: heldLine(needed), rank: 1 },
    { row: allocation === undefined ? html`Signal of ${stream}` : null, rank: 0 },
    { row: reasonLine(reason, MAX_REASON_LENGTH), rank: 4 },
    { row: needed.code === 'needed' && mark === '?' ? CODE_NEEDED : null, rank: 0 },
    { row: askedLine(needed, mark), rank: 0 },
    { row: state, rank: 0 },
  ]
  return fitting(rows)
}

/** Where a caption is too long, rows are left out from the highest rank on. "Why?" shows all of them. */
function fitting(rows: readonly { readonly row: Html | null; readonly rank: number }[]): Html {
  const kept = (most: number) => lines(...rows.map(({ row, rank }) => (rank <= most ? row : null)))
  const fits = [4, 3, 2, 1].find((most) => lengthOf(kept(most)) <= CAPTION_ROOM)
  return kept(fits ?? 0)
}

/** As Telegram counts it: without markup. */
function lengthOf({ text }: Html): number {
  return text.replace(/<[^>]*>/g, '').replace(/&\w+;/g, '.').length
}

/** The first line: what is bought, for how much, and how much may be lost. */
function firstLine(needed: ApprovalNeeded, mark: '?' | ''): Html {
  const { order } = needed
  const { quote } = currencies(order.market)
  const bound = order.side === 'buy' ? 'for' : 'for at least'
  const what = html`<b>${orderTitle(order)} ${bound} ${sum(order.value)} ${quote}${mark}</b>`
  const end = mark === '' ? '.' : ''
  return order.kind === 'entry' ? html`${what}${end} ${lossText(needed)}` : what
}

/** The bound set by limit price and stop; fees are not included. */
function lossText({ stop, risk, allocation, order }: ApprovalNeeded): Html {
  const { quote } = currencies(order.market)
  const part =
    allocation === undefined || new Big(allocation).eq(0)
      ? ''
      : html`, ${percentOf(risk, allocation)} of ${shownStream(order.stream)}`
  const worst = stop === undefined ? 'there is no stop' : "worst case, at the stop's limit"
  return html`May lose <b>${sum(risk)} ${quote}</b>${part}: ${worst}`
}

/** Rounded up: the possible loss is never shown smaller than it is. */
function percentOf(value: string, whole: string): string {
  const percent = new Big(value).div(whole).times(100)
  return percentText(percent.round(percent.lt(10) ? 1 : 0, Big.roundUp).toFixed())
}

/** With a space that does not break. */
function percentText(value: string): string {
  return `${amount(value)}\u00a0%`
}

/** Followed on another market than the signal's: both prices. */
function signalLine({ signalled }: ApprovalNeeded): Html | null {
  if (signalled === undefined) return null
  return html`The signal is of ${signalled.market}, at <b>${amount(signalled.price)}</b> there`
}

/** Asked again, with what has changed since. */
function againText({ again, market, order, risk }: ApprovalNeeded): Html | null {
  if (again === undefined) return null
  const lost = change('may lose', sum(again.risk), sum(risk))
  if (again.why === 'less')
    return html`✂️ <b>Less, as you wanted:</b> ${change('', sum(again.value), sum(order.value))}, ${lost}`
  return html`🔄 <b>Asked again</b> (${ordinal(again.times)} time): ${change('price', amount(again.price), amount(market))}, ${lost}`
}

function change(what: string, was: string, now: string): Html {
  return html`${what === '' ? '' : `${what} `}${was} → <b>${now}</b>`
}

function ordinal(times: number): string {
  return `${times}${{ 2: 'nd', 3: 'rd' }[times] ?? 'th'}`
}

/** With the loss as a trader would estimate it. */
function stopLine({ stop, market, order }: ApprovalNeeded): Html | null {
  if (stop === undefined) return order.kind === 'entry' ? html`<b>No stop</b>` : null
  const side = new Big(stop).lt(market) ? 'below' : 'above'
  const atStop = new Big(market).minus(stop).times(order.amount)
  const about = atStop.gt(0) ? `: about −${sum(atStop)}` : ''
  return html`Stop <b>${amount(stop)}</b>, ${distance(stop, market)} ${side}${about}`
}

/** What the device does by itself once it is bought. */
function exitsLine({ exits, order }: ApprovalNeeded): Html | null {
  if (exits === undefined) return null
  const { takeProfits = [], trailingStop, breakEven, maxHold } = exits
  const from = (gain: string) => ` from +${percentText(gain)}`
  const levels = takeProfits.map(
    ({ price, percent }) => `${percentText(percent)} at ${amount(price)}`,
  )
  const parts = [
    levels.length > 0 && `takes profit, ${levels.join(', ')}`,
    trailingStop &&
      `stop trails ${percentText(trailingStop.percent)}${trailingStop.from === undefined ? '' : from(trailingStop.from)}`,
    breakEven !== undefined && `break-even${from(breakEven)}`,
    maxHold !== undefined && `held ${span(maxHold * 1000)} at most`,
  ].filter((part) => typeof part === 'string')
  return order.kind === 'entry' && parts.length > 0 ? html`Then: ${parts.join('; ')}` : null
}

function heldLine({ held, order }: ApprovalNeeded): Html | null {
  if (order.kind !== 'entry') return null
  const { base, quote } = currencies(order.market)
  if (held === undefined) return html`No ${base} held yet`
  const by = held.streams === 1 ? '' : ` by ${held.streams} streams`
  return html`Held already: <b>${amount(held.amount)} ${base}</b>${by}, bought for ${sum(held.cost)} ${quote}`
}

/** Reasons why it is asked about: unusual size, or an exchange that has not proved enough. */
function askedLine({ asked }: ApprovalNeeded, mark: '?' | ''): Html | null {
  if (asked === undefined || mark === '') return null
  return html`⚠️ ${clip(asked, MAX_ASKED_LENGTH)}`
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
  return html`⏳ Until ${moment(Math.floor(expires) * 1000, now * 1000)} ${zone(expires * 1000)}, ${count} left`
}

/** What became of a card's order. */
export function outcomeOnCard(step: OrderStep): Html {
  if (step.status === 'expired') return timeUp
  if (step.status === 'replaced' && step.code === 'approval_reduced')
    return html`✂️ You wanted less: nothing was sent, and a smaller order is on the card below.`
  return stepText(step)
}

/** Rings once, and says what the price did since the card came: nothing is lost by a card that was not seen. */
export function missedText({ market, order }: ApprovalNeeded, { market: now }: OrderStep): Html {
  const { quote } = currencies(order.market)
  return lines(
    html`⌛ <b>Missed:</b> ${orderTitle(order)}. Nothing was ${order.side === 'buy' ? 'bought' : 'sold'}, and nothing has to be done.`,
    now === undefined ? null : html`${sinceThen(market, now)} ${quote} now.`,
  )
}

/** Of a price. */
const LITTLE = 0.0001

function sinceThen(then: Decimal, now: Decimal): string {
  const moved = new Big(now).minus(then)
  if (moved.eq(0)) return `The price has not moved since: ${amount(now)}`
  // Rounded, the text could read "by 0 %".
  if (moved.abs().div(then).lt(LITTLE)) return `The price has hardly moved since: ${amount(now)}`
  const way = moved.gt(0) ? 'risen' : 'fallen'
  return `The price has ${way} by ${distance(now, then)} since: ${amount(now)}`
}

/** Rings once before the end. Seconds. */
export function reminderText(needed: ApprovalNeeded, now: number): Html {
  return html`⏰ <b>${orderTitle(needed.order)}?</b> still waits for you, ${spanAtLeast((needed.expires - now) * 1000)} left.`
}
export const REMINDED: Html = html`⏰ Over: the card says what became of it.`

export const SENDING = {
  approve: html`✅ Approved, sending…`,
  decline: html`🚫 Declined, telling your device…`,
  less: html`✂️ Asking your device for less…`,
} as const
export const timeUp: Html = html`⌛ Time is up, nothing was sent.`
export const unconfirmed: Html = html`❓ <b>Unconfirmed.</b> Your answer is out, but your device has not said what came of it. Look at /orders.`

/** Notes above the time left while the card is open. */
export const NOTES = {
  unreachable: 'Your device cannot be reached, so your answer was not sent. Press again.',
  unheard: 'Your device has not taken your answer, and it counts no more. Press again.',
  interrupted: 'I was restarted while sending your answer. Press again.',
  code: 'Send the six digits as a reply to the message below.',
  own: 'Send the amount as a reply to the message below.',
  reducing: 'You asked for less.',
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
  replaced: 'Another card has replaced this one, nothing was sent: answer that one.',
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
  reduce: 'Asking for less…',
  less: 'How much?',
  back: 'As before',
  own: 'Send the amount.',
  why: 'Looking it up…',
  late: 'Too late: the time to answer is over. Nothing was sent.',
  used: 'You have answered this already.',
  unknown: 'This button is no longer valid: look at the card as it is now, or at /orders.',
  code: 'Send the code from your authenticator.',
  unreachable: 'Your device cannot be reached. Nothing was sent; try again.',
} as const
