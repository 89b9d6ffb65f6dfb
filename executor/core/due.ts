// When the executor has to look again although nothing came in. Derived from the state: no timer has to survive anything.
import { firstHeadDue, OVERTAKE_MS } from '../inbox/head.ts'
import { summaryDue } from '../inbox/refusals.ts'
import { silenceDue } from '../inbox/silence.ts'
import { exitsDue } from '../orders/exits-due.ts'
import { looksDue } from '../reconcile/due.ts'
import { lineDue } from './line-watch.ts'
import { lossesDue } from './losses.ts'
import type { Ask, Order, State } from './state.ts'

/** Unix ms, perhaps past; null for never. */
export function nextDue(state: State): number | null {
  const { book, live } = state
  const moments = [
    ...Object.values(book.orders).flatMap((order) => ofOrder(order, live)),
    ...Object.values(live.heads).flatMap((seen) => [
      ...(seen.aheadSince > 0 ? [seen.aheadSince + OVERTAKE_MS] : []),
    ]),
    summaryDue(live) ?? Number.POSITIVE_INFINITY,
    ...looksDue(live),
    ...lineDue(state),
    ...lossesDue({ book, live }),
    ...silenceDue(state),
    ...exitsDue(state),
  ]
  const first = Math.min(...moments)
  return Number.isFinite(first) ? first : null
}

function ofOrder(order: Order, live: State['live']): number[] {
  const id = order.clientOrderId
  switch (order.state) {
    case 'received':
    case 'approved':
      return [firstHeadDue(live, order.stream)].filter((at) => at > live.lastTurn)
    case 'waiting':
      return [
        order.approval.expires,
        ...(order.approval.card === 'owed' ? due(live.cards[id]) : []),
      ]
    case 'unknown':
      return [...due(live.asks[id]), live.alarms[id] ?? 0]
    case 'accepted':
    case 'part_filled':
    case 'ending':
      return [
        ...due(live.asks[id]),
        ...(live.cancels[id] === undefined ? [] : due(live.cancels[id])),
      ]
    default:
      return []
  }
}

function due(ask: Ask | undefined): number[] {
  if (ask?.state === 'open') return []
  return [ask?.at ?? 0]
}
