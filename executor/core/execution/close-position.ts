// Closing a position: tries until all of it is sold, whatever the exchange answers in between.

import type { Decimal } from '@keyside/protocol'
import { mayRetryUrgently } from '../model/backoff.ts'
import { isZero, minus, parseDecimal } from '../model/decimals.ts'
import type { RejectionCode } from '../model/exchange.ts'
import type { NewOrder, Order, OrderIntent, PlannedOrder } from '../model/order.ts'
import { isWorking } from '../model/order-table.ts'
import { type CloseReason, type Position, positionKey } from '../model/position.ts'
import { available, hasOrder } from '../model/positions.ts'
import { isUnsellable } from '../risk/plan/dust.ts'
import { append, type DecisionContext, notifyPosition } from './context.ts'
import { freshBid } from './quotes.ts'
import { countSoon, isCounting } from './reconcile-schedule.ts'

export const CLOSE_SENTENCES: Readonly<Record<CloseReason, string>> = {
  stop: 'the price is through the stop',
  hold: 'its longest time in the market is over',
  small: 'what there is of it is too little for a stop',
  flatten: 'you asked for everything to be sold',
  silence: 'its provider has been silent for too long',
  head: 'missed exit, made up for from the head',
  exit: 'its strategy has left, and it could not be sold at once',
  trader: 'you asked for it to be sold',
}

/** The first reason stays: it is sold all the same. */
export function startClosing(context: DecisionContext, key: string, why: CloseReason): undefined {
  const position = context.portfolio.positions[key]
  if (position === undefined || position.closing !== null) return
  append(context, { type: 'closing', position: key, why })
  // Not reported for a command: its answer says so.
  if (why === 'trader') return
  notifyPosition(context, position, {
    level: 'warning',
    code: 'position_closing',
    message: CLOSE_SENTENCES[why],
  })
}

export function closePosition(
  context: DecisionContext,
  key: string,
  position: Position,
): undefined {
  if (position.closing === null || isCounting(context, position.market)) return
  // That it does not answer is told on its own: a try now would be refused for want of a price.
  if (!context.environment.exchange.reachable) return
  const rules = context.environment.exchange.rules(position.market)
  // Just after a start they may not be here yet; and of a market that the exchange does not have, the trader was told.
  if (rules === null) return
  const isGone = rules.status === 'gone'
  if (position.failures.exit.times > 0 || isGone)
    notifyPosition(context, position, { level: 'error', code: 'exit_failed' })
  // Every try would be refused and reported. The coins are looked for every minute, and then sold.
  if (isGone) return
  if (isSelling(context, key) || !mayRetryUrgently(position.failures.exit, context.environment.now))
    return
  orderDeviceExit(context, position, {
    reason: CLOSE_SENTENCES[position.closing],
    size: { unit: 'percent', value: '100' },
  })
}

export function isExiting(context: DecisionContext, key: string): boolean {
  return hasOrder(context.portfolio, key, ({ kind }) => kind === 'exit')
}

/** Other than by a sale that waits for a price of its own: whoever has to get out now takes that one back. */
export function isSelling(context: DecisionContext, key: string): boolean {
  return hasOrder(context.portfolio, key, (order) => order.kind === 'exit' && !isRestingSale(order))
}

export function isRestingSale({ kind, planned, state }: Order): boolean {
  return kind === 'exit' && planned?.request.timeInForce === 'GTC' && isWorking(state)
}

// An exit that the device orders by itself: from here on it goes the way of any exit.
export function orderDeviceExit(
  context: DecisionContext,
  { stream, market, signal, seq }: Position,
  what: Pick<NewOrder, 'reason' | 'takeProfitLevels' | 'cause'> & { size: OrderIntent['size'] },
): undefined {
  const { size, ...why } = what
  const order: NewOrder = {
    clientOrderId: context.environment.clientOrderId(signal, `exit${context.portfolio.exits}`),
    stream,
    kind: 'exit',
    signal,
    seq,
    signedAt: context.environment.now,
    validUntil: context.environment.now,
    timeframe: '1m',
    ...why,
    intent: { kind: 'exit', market, side: 'sell', size, type: 'market' },
  }
  append(context, { type: 'ordered', order })
}

// An exit that comes while the exchange says nothing of its market: just after a start without it, or in an outage.
/** All of it is sold as soon as the exchange answers, however long that takes. */
export function leaveLater(context: DecisionContext, order: Order): undefined {
  if (leavesAll(order)) startClosing(context, positionKey(order), 'exit')
}

/** What is more than the exchange takes at once is sold one order after the other. */
export function leaveRest(context: DecisionContext, order: Order, plan: PlannedOrder): undefined {
  const key = positionKey(order)
  const position = context.portfolio.positions[key]
  // Of an exit that has waited for its stop to go, what it leaves is a newer entry's.
  if (order.state === 'canceling_stop' || !isOfAll(order) || position === undefined) return
  if (!isAll(context, position, plan.request.amount)) startClosing(context, key, 'exit')
}

/** A part, or a sale at a price of its own, is the same order still when it can be planned: so it is sold once, or not any more. */
export function canWait(order: Order, now: number): boolean {
  const { kind, state, validUntil } = order
  return kind === 'exit' && state === 'received' && now < validUntil && !leavesAll(order)
}

function leavesAll(order: Order): boolean {
  return isOfAll(order) && order.takeProfitLevels === undefined
}

function isOfAll({ kind, intent: { size, type } }: Order): boolean {
  const isAll = size.unit === 'percent' && parseDecimal(size.value).gte(100)
  return kind === 'exit' && type === 'market' && isAll
}

// Sales for which the exchange does not have the coins: what is there is counted, and then sold or protected.
const NO_COINS: RejectionCode = 'exchange_funds_insufficient'

export function isForCoins(code: string): boolean {
  return code === NO_COINS
}

/** An exit is made again with what is there: of everything, until it is sold; any other, once. */
export function onCoinsRefused(context: DecisionContext, order: Order): undefined {
  const { market, type } = order.intent
  countSoon(context, market)
  const key = positionKey(order)
  const position = context.portfolio.positions[key]
  // Closing positions and take-profit levels are tried again anyway.
  if (position === undefined || order.kind !== 'exit' || order.takeProfitLevels !== undefined)
    return
  if (position.closing !== null || order.again) return
  const sold = order.planned?.request.amount ?? '0'
  if (type === 'market' && isAll(context, position, sold)) startClosing(context, key, 'exit')
  else exitAgain(context, order)
}

/** It waits until the coins are counted: `order-pipeline.ts`. */
function exitAgain(context: DecisionContext, order: Order): undefined {
  const {
    stream,
    kind,
    signal,
    kid,
    seq,
    signedAt,
    validUntil,
    reason,
    timeframe,
    cause,
    planned,
  } = order
  const size = { unit: 'base', value: planned?.request.amount ?? '0' } as const
  const intent = { ...order.intent, size }
  const name = context.environment.clientOrderId(signal, `exit${context.portfolio.exits}`)
  const seed = { stream, kind, signal, seq, signedAt, validUntil, reason, timeframe, intent }
  const known = { ...(kid !== undefined && { kid }), ...(cause && { cause }) }
  append(context, {
    type: 'ordered',
    order: { ...seed, ...known, clientOrderId: name, again: true },
  })
}

function isAll({ environment }: DecisionContext, position: Position, amount: Decimal): boolean {
  const rest = minus(available(position), amount)
  const step = environment.exchange.rules(position.market)?.step ?? '0'
  return parseDecimal(rest).lt(parseDecimal(step)) || isZero(rest)
}

/** Missing coins can be neither sold nor protected: they wait until they are back. */
export function isGone(context: DecisionContext, position: Position): boolean {
  const { market, missing } = position
  const rules = context.environment.exchange.rules(market)
  if (isZero(missing) || rules === null) return false
  const about = {
    rules,
    bid: freshBid(context, market),
    collar: context.environment.policy.collar.exit,
  }
  return isUnsellable(available(position), about)
}
