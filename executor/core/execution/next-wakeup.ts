// When the executor must decide again without an input. Derived from the state, so no timer has to survive a restart.

import type { Order } from '../model/order.ts'
import type { Query, Session } from '../model/session.ts'
import type { State } from '../model/state.ts'
import { lastingDue } from './conditions.ts'
import { connectionDue } from './connection-watch.ts'
import { feePricesDue } from './fee-prices.ts'
import { lossesDue } from './loss-limits.ts'
import { rests } from './order-polling.ts'
import { pausesDue } from './pauses.ts'
import { exitsDue } from './position-exits.ts'
import { priceAlertsDue } from './price-alerts.ts'
import { headDue, OVERTAKE_MS } from './receive-head.ts'
import { FIRST_ANSWER_MS } from './reconcile.ts'
import { summaryDue } from './refusals.ts'
import { replaysDue } from './replay.ts'
import { silenceDue } from './silence.ts'
import { stopsDue } from './stop-watch.ts'

/** Unix ms, perhaps past; null for never. */
export function nextWakeup(state: State): number | null {
  const { portfolio, session } = state
  let first = Number.POSITIVE_INFINITY
  const add = (at: number) => {
    if (at < first) first = at
  }
  for (const order of Object.values(portfolio.orders))
    for (const at of ofOrder(order, session)) add(at)
  for (const { aheadSince } of Object.values(session.heads))
    if (aheadSince > 0) add(aheadSince + OVERTAKE_MS)
  add(summaryDue(session) ?? Number.POSITIVE_INFINITY)
  for (const at of looksDue(session)) add(at)
  for (const at of connectionDue(state)) add(at)
  for (const at of lossesDue({ portfolio, session })) add(at)
  for (const at of silenceDue(state)) add(at)
  for (const at of replaysDue(session)) add(at)
  for (const at of exitsDue(state)) add(at)
  for (const at of pausesDue(state)) add(at)
  for (const at of stopsDue(state)) add(at)
  for (const at of priceAlertsDue(state)) add(at)
  for (const at of lastingDue(state)) add(at)
  for (const at of feePricesDue(state)) add(at)

  return Number.isFinite(first) ? first : null
}

function ofOrder(order: Order, live: State['session']): number[] {
  const id = order.clientOrderId
  switch (order.state) {
    case 'received':
    case 'approved':
      return [headDue(live, order)].filter((at) => at > live.lastDecisionAt)
    case 'reducing':
      return [order.approval.expires, headDue(live, order)].filter((at) => at > live.lastDecisionAt)
    case 'waiting':
      return [
        order.approval.expires,
        ...(order.approval.card === 'owed' ? due(live.cards[id]) : []),
      ]
    case 'unknown':
      return [...due(live.queries[id]), live.alarms[id] ?? 0]
    case 'accepted':
    case 'partially_filled':
    case 'awaiting_fills':
      return [
        ...(rests(order) && live.queries[id] === undefined ? [] : due(live.queries[id])),
        ...(live.cancels[id] === undefined ? [] : due(live.cancels[id])),
      ]
    default:
      return []
  }
}

function due(ask: Query | undefined): number[] {
  if (ask?.state === 'open') return []
  return [ask?.at ?? 0]
}

// When the exchange has to be looked at next.
function looksDue({ reconciliations, started, accountWatch }: Session): readonly number[] {
  const moments: number[] = accountWatch.state === 'due' ? [accountWatch.at] : []
  for (const { state, at, found } of Object.values(reconciliations)) {
    if (state === 'due') moments.push(at)
    if (found === 'awaited') moments.push(started + FIRST_ANSWER_MS)
  }
  return moments
}
