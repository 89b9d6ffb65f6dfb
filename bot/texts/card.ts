// The approval card's caption and toasts.
import type { ApprovalNeeded, OrderStatus, OrderView } from '@keyside/protocol'
import { clip, type Html, html, lines, table } from './html.ts'
import { amount, currencies, distance, span, sum } from './numbers.ts'
import { orderTitle } from './orders.ts'

/** A caption holds 1024 characters in all. */
const LONGEST_REASON = 150

export const BUTTONS = { approve: '✅ Approve', reject: '🚫 Reject' } as const

/** `state` stands last: time left, or what became of it. */
export function cardText(needed: ApprovalNeeded, state: Html, mark: '?' | '' = ''): Html {
  const { order, market, reason } = needed
  const { quote } = currencies(order.market)
  const bound = order.side === 'buy' ? 'At most' : 'At least'
  const rows = [
    ['Market', order.market],
    [bound, `${amount(order.price)} ${quote}`],
    ['Now', `${amount(market)} ${quote}`],
    ['Value', `${sum(order.value)} ${quote}`],
    ['Stop', stopCell(needed)],
    ['May lose', `${sum(needed.risk)} ${quote}`],
  ]
  return lines(
    html`<b>${orderTitle(order)}${mark}</b> · ${order.stream}`,
    table(rows),
    reason === '' ? null : html`<i>${clip(reason, LONGEST_REASON)}</i>`,
    needed.code === 'needed' && mark === '?' ? CODE_NEEDED : null,
    state,
  )
}

function stopCell({ stop, market }: ApprovalNeeded): string {
  if (stop === undefined) return 'none'
  return `${amount(stop)} (${distance(stop, market)} away)`
}

const CODE_NEEDED = html`🔐 This one needs the code from your authenticator.`

/** Asks for the digits, below the card. */
export function codeQuestion(order: OrderView): Html {
  return html`🔐 <b>${orderTitle(order)}</b>: send the six digits that your authenticator shows now. They are passed on to your device, and taken out of this chat.`
}

/** Said to digits that are passed on to nobody. */
export const CODE_ANSWERS = {
  none: html`No order waits for a code. Press Approve on its card first.`,
  which: html`Several orders wait for a code: reply to the message that asks for the one you mean.`,
  old: html`You sent this code while I was away, and it counts no more. Press Approve again and send a new one.`,
} as const

export const timeLeft = (seconds: number): Html => html`⏳ ${span(seconds * 1000)} left to answer`

export const SENDING = {
  approve: html`✅ Approved, sending…`,
  reject: html`🚫 Rejected, telling your device…`,
} as const
export const timeUp: Html = html`⌛ Time is up, nothing was sent.`
export const unconfirmed: Html = html`❓ <b>Unconfirmed.</b> Your answer is out, but your device has not said what came of it. Look at /orders.`

/** Notes that stand above the time left while the card still waits. */
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

/** Said to a press on a card that is closed: what became of its order. */
export const OUTCOMES = {
  approved: 'Approved already: it is being sent.',
  rejected: 'Rejected already: nothing was sent.',
  expired: 'Too late: the time to answer is over. Nothing was sent.',
  time_up: 'Too late: the time to answer is over. Nothing was sent.',
  refused: 'Your device refused it: the card says why. Nothing was sent.',
  replaced: 'The price moved, nothing was sent: answer the new card.',
  sent: 'Approved already: it is at the exchange.',
  accepted: 'Approved already: it is at the exchange.',
  part_filled: 'Approved already: a part is filled.',
  filled: 'Approved already, and filled.',
  canceled: 'Over: what was not filled is canceled.',
  turned_down: 'The exchange turned it down: the card says why.',
  unknown: 'Nobody knows yet what became of it: look at /orders.',
  unconfirmed: 'Your device has not said what became of it: look at /orders.',
  not_placed: 'It never reached the exchange. Nothing was bought or sold.',
} as const satisfies Record<OrderStatus | 'time_up' | 'unconfirmed', string>

export function outcomeText(became: string): string {
  return (OUTCOMES as Readonly<Record<string, string>>)[became] ?? TOASTS.unknown
}

export const TOASTS = {
  approve: 'Approved, sending…',
  reject: 'Rejected',
  late: 'Too late: the time to answer is over. Nothing was sent.',
  used: 'You have answered this already.',
  unknown: 'This button is no longer valid: look at the card as it is now, or at /orders.',
  code: 'Send the code from your authenticator.',
  unreachable: 'Your device cannot be reached. Nothing was sent; try again.',
} as const
