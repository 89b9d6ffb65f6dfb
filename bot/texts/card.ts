// The approval card's caption and toasts.
import type { ApprovalNeeded } from '@keyside/protocol'
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
    state,
  )
}

function stopCell({ stop, market }: ApprovalNeeded): string {
  if (stop === undefined) return 'none'
  return `${amount(stop)} (${distance(stop, market)} away)`
}

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
} as const

export const TOASTS = {
  approve: 'Approved, sending…',
  reject: 'Rejected',
  late: 'Too late: the time to answer is over. Nothing was sent.',
  used: 'You have answered this already.',
  unknown: 'This button is no longer valid.',
  unreachable: 'Your device cannot be reached. Nothing was sent; try again.',
} as const
