// Answers of the exchange, and how they change an order. `unknown` is one of them; nothing here sends an order again.

import { BETWEEN_MISSES_MS, pollAgain, retryBackoff, without } from '../model/backoff.ts'
import { sentenceOf } from '../model/codes.ts'
import { isZero, minus } from '../model/decimals.ts'
import type { Answered, ExchangeOrder, Fill, Lookup, Placed } from '../model/exchange.ts'
import type { Order } from '../model/order.ts'
import { isForCoins, onCoinsRefused } from './close-position.ts'
import { append, type DecisionContext, remember } from './context.ts'
import {
  endAsFilled,
  exchangeTime,
  isFull,
  isMissing,
  noteSeen,
  onFillsOfMissing,
  onMissing,
  settle,
  takeFills,
} from './order-end.ts'
import { askForFills, isListed } from './order-polling.ts'
import { reportOrder } from './report-order.ts'
import { onStopRejected, onWrongSide } from './stops.ts'

/** Added to the exchange's own window before a miss counts (and the difference of the clocks). */
const MARGIN_MS = 10_000

export function onPlaced(context: DecisionContext, order: Order, result: Placed): undefined {
  switch (result.outcome) {
    case 'accepted':
      return adopt(context, order, result.order)
    case 'rejected':
      return rejectOrder(context, order, result.code, result.message)
    case 'unknown':
      return markUnknown(context, order, result.message)
  }
}

/** Also for an order that was being sent when the program died. */
export function markUnknown(context: DecisionContext, order: Order, message: string): undefined {
  const { clientOrderId } = order
  append(context, {
    type: 'step',
    clientOrderId,
    event: 'mark_unknown',
    code: 'order_unknown',
    message,
  })
  reportOrder(context, order, 'unknown', { code: 'order_unknown', message })
}

export function onFound(context: DecisionContext, order: Order, result: Lookup): undefined {
  switch (result.outcome) {
    case 'found':
      // An answer about another order says nothing of this one.
      if (order.exchangeId !== '' && result.order.exchangeId !== order.exchangeId)
        return again(context, order)
      if (order.state === 'unknown') return adopt(context, order, result.order)
      noteSeen(context, order)
      return observe(context, order, result.order)
    case 'missing':
      return missed(context, order)
    case 'unknown':
      return again(context, order)
  }
}

function missed(context: DecisionContext, order: Order): undefined {
  if (order.state === 'unknown') return onMiss(context, order)
  // Only its fills are missing, and they are asked for by its number already.
  return order.state === 'awaiting_fills' ? again(context, order) : onMissing(context, order)
}

/** A miss proves nothing while the order could still arrive; from then on every miss is looked at: its market is closed. */
function onMiss(context: DecisionContext, order: Order): undefined {
  const { now, exchange } = context.environment
  const { clientOrderId } = order
  const skew = Math.abs(exchange.skewMs ?? 0)
  const provableAt =
    sentBy(context, order) + exchange.acceptanceWindowMs + exchange.viewLagMs + MARGIN_MS + skew
  const missedAt = context.session.queries[clientOrderId]?.missedAt ?? 0
  const next = retryBackoff(context.session.queries[clientOrderId], now, 'unknown')
  if (!wouldBeShown(context, order)) return setAsk(context, order, next)
  if (now >= provableAt && missedAt > 0 && now - missedAt >= BETWEEN_MISSES_MS)
    return notPlaced(context, order, sentenceOf('order_not_placed'))
  if (now < provableAt)
    return setAsk(context, order, { ...next, at: Math.min(next.at, provableAt) })
  if (missedAt > 0) return setAsk(context, order, next)
  setAsk(context, order, { ...next, at: now + BETWEEN_MISSES_MS, missedAt: now })
}

/** If it had been filled. By the exchange's time: a clock that stood still while the device was off makes nothing younger. */
function wouldBeShown(context: DecisionContext, { sentAt }: Order): boolean {
  const { retention, skewMs } = context.environment.exchange
  if (retention.filledMs === Number.POSITIVE_INFINITY) return true
  return skewMs !== null && exchangeTime(context) - sentAt < retention.filledMs
}

/** A sending time in the future was before the clock was set back; a clock that leapt ahead does not make the order older. */
function sentBy({ environment, session }: DecisionContext, { sentAt }: Order): number {
  return sentAt > environment.now ? session.started : Math.max(sentAt, session.wokeAt)
}

export function notPlaced(context: DecisionContext, order: Order, message: string): undefined {
  const code = 'order_not_placed'
  append(context, {
    type: 'step',
    clientOrderId: order.clientOrderId,
    event: 'not_found',
    code,
    message,
  })
  reportOrder(context, order, 'not_placed', { code, message })
}

function rejectOrder(
  context: DecisionContext,
  order: Order,
  code: string,
  message: string,
): undefined {
  const { clientOrderId } = order
  append(context, { type: 'step', clientOrderId, event: 'reject', code, message })
  reportOrder(context, order, 'rejected', { code, message })
  if (order.kind === 'stop') onStopRejected(context, order, { code, message })
  if (order.kind !== 'entry' && isForCoins(code)) onCoinsRefused(context, order)
}

function adopt(context: DecisionContext, order: Order, found: ExchangeOrder): undefined {
  if (found.status === 'rejected' && order.state !== 'unknown')
    return rejectOrder(context, order, 'order_rejected', sentenceOf('order_rejected'))
  const { clientOrderId } = order
  append(context, {
    type: 'step',
    clientOrderId,
    event: 'accept',
    exchangeId: found.exchangeId,
    seen: context.environment.exchange.skewMs === null ? 0 : exchangeTime(context),
  })
  context.session = { ...context.session, alarms: without(context.session.alarms, clientOrderId) }
  const accepted = context.portfolio.orders[clientOrderId]
  if (accepted === undefined) return
  // An order that ended in the same answer is reported by its end.
  if (found.status === 'open') reportOrder(context, accepted, 'accepted')
  observe(context, accepted, found)
}

/** A resting order, as the list of open orders shows it. */
export function onListed(context: DecisionContext, order: Order, seen: ExchangeOrder): undefined {
  noteSeen(context, order)
  observe(context, order, seen)
}

/** What the exchange says of an order that we know it has. */
function observe(context: DecisionContext, order: Order, seen: ExchangeOrder): undefined {
  if (seen.status === 'rejected' && isZero(seen.filled) && order.state !== 'awaiting_fills')
    return rejectOrder(context, order, 'order_rejected', sentenceOf('order_rejected'))
  takeFills(context, order, seen.fills, seen.filled)
  if (order.kind === 'stop' && seen.triggers === 'at_or_above') onWrongSide(context, order)
  if (seen.status !== 'open')
    append(context, {
      type: 'step',
      clientOrderId: order.clientOrderId,
      event: 'await_fills',
      filled: seen.filled,
    })
  proceed(context, order, seen)
}

export function onFills(
  context: DecisionContext,
  order: Order,
  result: Answered<readonly Fill[]>,
): undefined {
  if (order.state !== 'awaiting_fills' && isMissing(context, order))
    return onFillsOfMissing(context, order, result)
  if (!result.ok) return again(context, order)
  takeFills(context, order, result.value)
  proceed(context, order, null)
}

/** Settles what is complete, and asks for what is not. */
function proceed(context: DecisionContext, before: Order, seen: ExchangeOrder | null): undefined {
  const order = context.portfolio.orders[before.clientOrderId]
  if (order === undefined) return
  const said = order.end?.filled ?? seen?.filled ?? order.filled
  const lacking = !isZero(minus(said, order.filled))
  // An order's own answer is paced already; that its fills are not there yet is not.
  if (lacking) return seen === null ? again(context, order) : askForFills(context, order)
  if (order.state === 'awaiting_fills') return settle(context, order)
  // A list that lags may show it as open for a while: what it holds would wait for its next stop as long.
  if (isFull(order)) return endAsFilled(context, order)
  if (order.filled !== before.filled) reportOrder(context, order, 'partially_filled')
  const { queries } = context.session
  const { clientOrderId } = order
  if (isListed(context, order)) {
    if (clientOrderId in queries)
      context.session = { ...context.session, queries: without(queries, clientOrderId) }
    return
  }
  setAsk(context, order, pollAgain(queries[clientOrderId], context.environment.now))
}

function again(context: DecisionContext, order: Order): undefined {
  const about = order.state === 'unknown' ? 'unknown' : 'known'
  setAsk(
    context,
    order,
    retryBackoff(context.session.queries[order.clientOrderId], context.environment.now, about),
  )
}

function setAsk(
  context: DecisionContext,
  order: Order,
  next: DecisionContext['session']['queries'][string],
): undefined {
  remember(context, 'queries', order.clientOrderId, next)
}
