// The fold: applies one event to the portfolio. A start applies all events in order.
import { withRest } from './account.ts'
import {
  applyDayLost,
  applyDayOpened,
  applyHighWaterMark,
  applyTrade,
  countLoss,
  countStep,
  forgetHighWaterMark,
} from './apply-counters.ts'
import { NEW_ORDER, stepChange } from './apply-order.ts'
import {
  applyClosing,
  applyExitOver,
  applyIntended,
  applyOrderedExit,
  applyStanding,
  applyStopMoved,
  applyTrading,
  applyUnprotected,
  applyWrittenOff,
} from './apply-position.ts'
import {
  applyEquivocated,
  applyKeyset,
  applyProvider,
  clearEquivocation,
} from './apply-provider.ts'
import {
  adjust,
  applyMissing,
  close as closeMarket,
  explain,
  reopen,
} from './apply-reconciliation.ts'
import {
  applyBaselined,
  applyPaused,
  applyResumed,
  applySignal,
  keepRatio,
  withStream,
} from './apply-stream.ts'
import { withCode } from './approval-codes.ts'
import { applyHealth } from './conditions.ts'
import { sum } from './decimals.ts'
import type { FactOf, JournalEvent } from './events.ts'
import { withoutFees } from './fee-prices.ts'
import type { Order, PlannedOrder } from './order.ts'
import type { Step } from './order-events.ts'
import { isFinal, nextState } from './order-table.ts'
import { positionKey } from './position.ts'
import { applyPriceAlert } from './price-alerts.ts'
import type { Portfolio } from './state.ts'
import { applyLooseningEnded, applyLooseningRequested, applyTightened } from './tightenings.ts'

/** Throws for an event that cannot follow: nothing of such a decision may be written. */
export function apply(portfolio: Portfolio, event: JournalEvent): Portfolio {
  switch (event.type) {
    case 'provider':
      return applyProvider(portfolio, event)
    case 'keyset':
      return applyKeyset(portfolio, event)
    case 'equivocated':
      return applyEquivocated(portfolio, event)
    case 'equivocation_cleared':
      return clearEquivocation(portfolio, event.provider)
    case 'baselined':
      return applyBaselined(portfolio, event)
    case 'signal':
      return applySignal(portfolio, event)
    case 'gap_closed':
      return withStream(portfolio, event.stream, { missed: null })
    case 'silence':
      return withStream(portfolio, event.stream, { silentSince: event.since })
    case 'ordered': {
      const order = { ...NEW_ORDER, ...event.order, at: event.at }
      if (portfolio.orders[order.clientOrderId] !== undefined)
        throw new Error(`there is an open order ${order.clientOrderId} already`)
      return applyOrderedExit(withIndexed(withOrder(portfolio, order), order), order)
    }
    case 'mapped':
      return applyMapped(portfolio, event)
    case 'planned':
      return withOrder(withReplaced(portfolio, event), {
        ...orderIn(portfolio, event.clientOrderId),
        planned: event.plan,
      })
    case 'code':
      return { ...portfolio, codes: withCode(portfolio.codes, event) }
    case 'card': {
      const order = orderIn(portfolio, event.clientOrderId)
      return withOrder(portfolio, { ...order, approval: { ...order.approval, card: 'sent' } })
    }
    case 'step':
      return applyStep(portfolio, event)
    case 'order_seen':
      return applyOrderSeen(portfolio, event)
    case 'fill':
      return applyTrade(portfolio, orderIn(portfolio, event.clientOrderId), event)
    case 'fee_priced':
      return { ...portfolio, feesToPrice: withoutFees(portfolio.feesToPrice, event) }
    case 'unprotected':
      return applyUnprotected(portfolio, event)
    case 'closing':
      return applyClosing(portfolio, event)
    case 'stop_moved':
      return applyStopMoved(portfolio, event)
    case 'written_off':
      return countLoss(portfolio, applyWrittenOff(portfolio, event))
    case 'cancel_asked':
      return withOrder(portfolio, {
        ...orderIn(portfolio, event.clientOrderId),
        cancel: 'asked',
      })
    case 'trading':
      return forgetHighWaterMark(applyTrading(portfolio, event), event)
    case 'paused':
      return applyPaused(portfolio, event)
    case 'resumed':
      return applyResumed(portfolio, event)
    case 'tightened':
      return { ...portfolio, tightenings: applyTightened(portfolio.tightenings, event) }
    case 'loosening_requested':
      return {
        ...portfolio,
        looseningRequests: applyLooseningRequested(portfolio.looseningRequests, event),
      }
    case 'loosening_ended':
      return {
        ...portfolio,
        looseningRequests: applyLooseningEnded(portfolio.looseningRequests, event),
      }
    case 'commanded':
      return {
        ...portfolio,
        seenMessages: { ...stillAskable(portfolio, event.at), [event.jti]: event.exp },
      }
    case 'reappeared':
      return closeMarket(explain(portfolio, event), event.market, 'reappeared')
    case 'unexpected':
      return explain(portfolio, event)
    case 'account_seen':
      return { ...portfolio, account: withRest(portfolio.account, event) }
    case 'position_drift':
      return closeMarket(portfolio, event.market, 'drift')
    case 'missing':
      return applyMissing(portfolio, event)
    case 'drift_over':
      return reopen(portfolio, event.market)
    case 'adjusted':
      return countLoss(
        portfolio,
        adjust(portfolio, event.positions),
        sum(Object.values(event.proceeds)),
      )
    case 'day_opened':
      return applyDayOpened(portfolio, event)
    case 'day_lost':
      return applyDayLost(portfolio)
    case 'high_water_mark':
      return applyHighWaterMark(portfolio, event)
    case 'condition':
    case 'key_rights':
    case 'address_seen':
      return { ...portfolio, ...applyHealth(portfolio.conditions, event) }
    case 'price_alert_set':
    case 'price_alert_fired':
    case 'price_alert_armed':
    case 'price_alert_removed':
      return { ...portfolio, priceAlerts: applyPriceAlert(portfolio.priceAlerts, event) }
    case 'refused':
    case 'snapshot':
      return portfolio
  }
}

/** As many as are taken while the first of them is alive: see `core/commands/deduplicate.ts`. */
const ASKED_KEPT = 300

export function orderIn(portfolio: Portfolio, clientOrderId: string): Order {
  const order = portfolio.orders[clientOrderId]
  if (order === undefined) throw new Error(`no open order ${clientOrderId}`)
  return order
}

function withOrder(portfolio: Portfolio, order: Order): Portfolio {
  return { ...portfolio, orders: { ...portfolio.orders, [order.clientOrderId]: order } }
}

function applyMapped(
  portfolio: Portfolio,
  { clientOrderId, ratio, intent }: FactOf<'mapped'>,
): Portfolio {
  const order = orderIn(portfolio, clientOrderId)
  if (order.mapping === undefined) throw new Error(`${clientOrderId} is of its own market`)
  return withOrder(portfolio, { ...order, intent, mapping: { ...order.mapping, ratio } })
}

function withIndexed(portfolio: Portfolio, order: Order): Portfolio {
  const { ordersByPosition: index } = portfolio
  const key = positionKey(order)
  const ids = [...(index[key] ?? []), order.clientOrderId]
  return { ...portfolio, ordersByPosition: { ...index, [key]: ids } }
}

function withoutIndexed({ ordersByPosition: index }: Portfolio, order: Order) {
  const key = positionKey(order)
  const ids = (index[key] ?? []).filter((id) => id !== order.clientOrderId)
  if (ids.length > 0) return { ...index, [key]: ids }
  const { [key]: _, ...others } = index
  return others
}

function applyStep(portfolio: Portfolio, event: Step & { at: number }): Portfolio {
  const before = orderIn(portfolio, event.clientOrderId)
  const order = {
    ...before,
    state: nextState(before.state, event.event),
    ...stepChange(before, event),
  }
  const counted = countStep(
    event.event === 'initialize' ? applyIntended(keepRatio(portfolio, order), order) : portfolio,
    order,
    event,
  )
  if (isFinal(order.state)) return applyExitOver(close(counted, order), order, event.at)
  const open = withOrder(counted, order)
  return event.event === 'accept' ? applyStanding(open, order) : open
}

function applyOrderSeen(
  portfolio: Portfolio,
  { clientOrderId, is, time }: FactOf<'order_seen'>,
): Portfolio {
  const order = orderIn(portfolio, clientOrderId)
  const change = is === 'there' ? { last: time, missing: 0 } : { missing: time }
  return withOrder(portfolio, { ...order, seen: { ...order.seen, ...change } })
}

function close(portfolio: Portfolio, order: Order): Portfolio {
  const { [order.clientOrderId]: _, ...orders } = portfolio.orders
  const id = order.planned?.id ?? order.clientOrderId
  return {
    ...portfolio,
    orders,
    ordersByPosition: withoutIndexed(portfolio, order),
    endedOrders: withEnded(portfolio.endedOrders, { id, state: order.state }),
  }
}

/** The newest are kept when they have expired too: by a clock that is set back they have not. */
function stillAskable(portfolio: Portfolio, at: number): Record<string, number> {
  const all = Object.entries(portfolio.seenMessages)
  const isKept = ([, exp]: [string, number], index: number) =>
    exp * 1000 > at || index >= all.length - ASKED_KEPT
  return Object.fromEntries(all.filter(isKept))
}

// What approvals leave in the portfolio: plans that were replaced.
const ENDED_KEPT = 64

type Ended = Portfolio['endedOrders']

function withEnded(ended: Ended, one: Ended[number]): Ended {
  return [...ended, one].slice(-ENDED_KEPT)
}

/** Kept so that an answer to a replaced plan can be told from one to an order that never existed. */
function withReplaced(
  portfolio: Portfolio,
  { clientOrderId, plan }: { clientOrderId: string; plan: PlannedOrder },
): Portfolio {
  const before = portfolio.orders[clientOrderId]
  if (before === undefined || before.planned === null || before.approval.prompts === 0)
    return portfolio
  if (before.planned.id === plan.id) return portfolio
  return {
    ...portfolio,
    endedOrders: withEnded(portfolio.endedOrders, { id: before.planned.id, state: 'replaced' }),
  }
}
