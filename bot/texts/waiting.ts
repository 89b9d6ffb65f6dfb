// What waits for the trader, in one list, and the question about all of it.
import { type ApprovalNeeded, shownStream } from '@keyside/protocol'
import Big from 'big.js'
import { type Html, html, lines, list } from './html.ts'
import { currencies, moment, sum, zone } from './numbers.ts'
import { orderTitle } from './orders.ts'

interface Waiting {
  readonly needed: ApprovalNeeded
}

export const NOTHING_WAITS = html`Nothing waits for you.`

export const WAITING_BUTTONS = {
  askForAll: 'Approve all…',
  approveAll: (count: number) => `Approve ${count}`,
  toast: 'Read the question below.',
  sending: 'Approved, sending…',
} as const

/** `now` in Unix ms. */
export function waitingText(cards: readonly Waiting[], now: number): Html {
  const rows = cards.map(({ needed }) => {
    const end = Math.floor(needed.expires) * 1000
    const code = needed.code === 'needed' ? '🔐 ' : ''
    return lines(
      rowText(needed),
      html`${code}${shownStream(needed.order.stream)}, until ${moment(end, now)} ${zone(end)}`,
    )
  })
  return list(
    html`<b>${cards.length} ${cards.length === 1 ? 'order waits' : 'orders wait'} for you</b>`,
    rows,
  )
}

function rowText({ order, risk }: ApprovalNeeded): Html {
  const { quote } = currencies(order.market)
  return html`<b>${orderTitle(order)}</b> for ${sum(order.value)} ${quote}, may lose ${sum(risk)}`
}

/** Exactly these, each in the characters of its card. */
export function approveAllQuestion(cards: readonly Waiting[], coded: number): Html {
  const rows = cards.map(({ needed }) => rowText(needed))
  return lines(
    list(
      html`<b>Approve ${cards.length === 1 ? 'this order' : `these ${cards.length} orders`}?</b>`,
      rows,
    ),
    html`Together at most <b>${totals(cards, ({ order }) => order.value)}</b>, and <b>${totals(cards, ({ risk }) => risk)}</b> may be lost.`,
    coded === 0
      ? null
      : html`Not among them: ${coded} that ${coded === 1 ? 'needs' : 'need'} a code.`,
    html`Your policy is asked about each once more; what it refuses is not sent.`,
  )
}

/** By currency: what is not the same is not added. */
function totals(cards: readonly Waiting[], of: (needed: ApprovalNeeded) => string): string {
  const all = new Map<string, Big>()
  for (const { needed } of cards) {
    const { quote } = currencies(needed.order.market)
    all.set(quote, (all.get(quote) ?? new Big(0)).plus(of(needed)))
  }
  return [...all].map(([quote, value]) => `${sum(value)} ${quote}`).join(' and ')
}

export function allApprovedText(sent: number, asked: number): Html {
  const left = asked - sent
  return lines(
    sent === 0
      ? html`Nothing was approved.`
      : html`✅ ${sent} approved: each card says what becomes of it.`,
    left === 0
      ? null
      : html`${left} left out: answered, replaced or over since, or your device cannot be reached.`,
  )
}
