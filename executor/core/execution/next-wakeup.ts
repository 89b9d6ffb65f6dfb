// When the executor has to look again although nothing came in. Derived from the state: no timer has to survive anything.

import type { Ask, Live, Order, State } from '../model/state.ts'
import { lineDue } from './connection-watch.ts'
import { lossesDue } from './loss-limits.ts'
import { exitsDue } from './position-exits.ts'
import { firstHeadDue, OVERTAKE_MS } from './receive-head.ts'
import { FIRST_ANSWER_MS } from './reconcile.ts'
import { summaryDue } from './refusals.ts'
import { silenceDue } from './silence.ts'

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

// When the exchange has to be looked at next.
export function looksDue({ looks, started }: Live): readonly number[] {
  return Object.values(looks).flatMap(({ state, at, found }) => [
    ...(state === 'due' ? [at] : []),
    ...(found === 'awaited' ? [started + FIRST_ANSWER_MS] : []),
  ])
}
