// Keeps every position under a stop that waits at the exchange: its size, its trigger, and no stop without a position.

import type { Decimal } from '@keyside/protocol'
import { orderIn } from '../model/apply.ts'
import { isOver, mayRetryUrgently } from '../model/backoff.ts'
import { atLeast, minus, parseDecimal } from '../model/decimals.ts'
import type { MarketRules } from '../model/exchange.ts'
import type { Order } from '../model/order.ts'
import { isPending } from '../model/order-table.ts'
import { type Position, positionKey } from '../model/position.ts'
import { available, hasOrder, ordersOf, stopOf } from '../model/positions.ts'
import { planStop } from '../risk/plan/stop.ts'
import { isForCoins, isGone, isRestingSale, startClosing } from './close-position.ts'
import { append, type DecisionContext, notifyPosition } from './context.ts'
import { submit } from './order-pipeline.ts'
import { requestCancel } from './order-polling.ts'
import { checkOrder, unknownAround } from './plan-and-check.ts'
import { freshBid } from './quotes.ts'
import { isCounting } from './reconcile-schedule.ts'
import { orderId } from './report-order.ts'

/** Stops taken by the exchange and gone again, in a row without another change: somebody at the exchange cancels them. */
const MAX_STOPS = 20
const VANISHED_PAUSE_MS = 60_000
/** A stop that has risen takes the place of the older one at most this often. */
const RAISE_EVERY_MS = 10_000

/** Called at the end of each decision: after a fill, a failed exit and a restart it is the same question. */
export function protectPositions(context: DecisionContext): undefined {
  for (const stop of Object.values(context.portfolio.orders))
    if (stop.kind === 'stop' && !isWanted(context, stop)) requestCancel(context, stop)
  for (const [key, position] of Object.entries(context.portfolio.positions))
    if (!isClosing(context, key)) {
      const stop = stopOf(context.portfolio, key)
      if (stop === undefined) protect(context, key, position)
      else tellPartlyProtected(context, position, stop)
    }
}

export function isWanted(context: DecisionContext, stop: Order): boolean {
  const key = positionKey(stop)
  const position = context.portfolio.positions[key]
  if (position === undefined || isClosing(context, key)) return false
  const planned = planFor(context, position)
  if (planned === null || !planned.ok || stop.planned === null) return true
  const { triggerPrice } = stop.planned.request
  if (!isOfSize(context, position, { rest: restOf(stop), wanted: planned.order.amount }))
    return false
  return (
    triggerPrice === planned.order.triggerPrice ||
    !isOver(stop.at, RAISE_EVERY_MS, context.environment.now)
  )
}

function restOf({ planned, filled }: Order): Decimal {
  const amount = planned?.request.amount ?? '0'
  return filled === '0' ? amount : minus(amount, filled)
}

/** One that was taken before the exchange lowered its largest order holds more than another could. */
function isOfSize(
  context: DecisionContext,
  position: Position,
  { rest, wanted }: { readonly rest: Decimal; readonly wanted: Decimal },
): boolean {
  if (rest === wanted) return true
  const held = available(position)
  return leavesSome(context, position, wanted) && atLeast(rest, wanted) && atLeast(held, rest)
}

/** Some of it is left beside an order of that amount. */
function leavesSome(
  { environment }: DecisionContext,
  position: Position,
  amount: Decimal,
): boolean {
  const step = environment.exchange.rules(position.market)?.step
  return step !== undefined && atLeast(minus(available(position), amount), step)
}

/** More is held than the exchange takes in one order. */
function tellPartlyProtected(context: DecisionContext, position: Position, stop: Order): undefined {
  const amount = restOf(stop)
  if (!leavesSome(context, position, amount)) return
  if (planFor(context, position)?.ok !== true || !isWanted(context, stop)) return
  const message = `only ${amount} of ${available(position)} has one, for the exchange takes no larger order`
  notifyPosition(context, position, { level: 'error', code: 'stop_failed', message })
}

/** An exit that is under way needs the coins that the stop holds. */
export function isClosing(context: DecisionContext, key: string): boolean {
  return hasOrder(
    context.portfolio,
    key,
    (one) => one.kind === 'exit' && !isPending(one.state) && !isRestingSale(one),
  )
}

/** True while one stands in the way: a sale that waits holds the coins that a stop needs. */
function takeBackSales(context: DecisionContext, key: string): boolean {
  const sales = ordersOf(context.portfolio, key).filter(isRestingSale)
  for (const sale of sales) requestCancel(context, sale)
  return sales.length > 0
}

/** Without a name. */
function planFor(context: DecisionContext, position: Position) {
  const rules = context.environment.exchange.rules(position.market)
  if (rules === null || position.stop === null) return null
  const collar = context.environment.policy.collar.exit
  const known = PLANNED.get(position)
  if (known?.rules === rules && known.collar === collar) return known.planned
  const planned = planStop({
    rules,
    stop: position.stop,
    filled: available(position),
    feeInBase: '0',
    collar,
    clientOrderId: '',
  })
  PLANNED.set(position, { rules, collar, planned })
  return planned
}

/** Each decision asks it of every position, and a position that has not changed wants the same stop. */
const PLANNED = new WeakMap<
  Position,
  {
    readonly rules: MarketRules
    readonly collar: Decimal
    readonly planned: ReturnType<typeof planStop>
  }
>()

function protect(context: DecisionContext, key: string, position: Position): undefined {
  if (context.environment.exchange.backoff !== null || isCounting(context, position.market)) return
  if (isGone(context, position)) return
  if (position.stop === null || takeBackSales(context, key)) return
  if (!mayRetryUrgently(position.failures.stop, context.environment.now)) return
  const { stream, market } = position
  // A stop beside one that may be there would sell twice what is held.
  if (unknownAround(context.portfolio, { kind: 'stop', stream, intent: { market } }) > 0) return
  const id = context.environment.clientOrderId(position.signal, `stop${context.portfolio.stops}`)
  const planned = planFor(context, position)
  const rules = context.environment.exchange.rules(market)
  if (planned === null || rules === null || wouldTrigger(context, position)) return
  // What is too little may become enough while an entry fills; what is to be sold has its own alarm.
  if (!planned.ok && (position.closing !== null || isOpen(context, key))) return
  if (!planned.ok) return stopFailed(context, key, 'stop_failed', planned.message)
  if (position.stops >= MAX_STOPS && !mayTryVanished(context, key, position)) return
  const seed = stopSeed(context, position, id)
  append(context, { type: 'ordered', order: seed })
  const { value, risk } = planned
  const request = { ...planned.order, clientOrderId: id }
  const { takerFee, stop } = rules
  const plan = {
    id: orderId(request, seed.validUntil),
    request,
    value,
    risk,
    takerFee,
    holds: stop.holds,
  }
  append(context, { type: 'planned', clientOrderId: id, plan })
  const order = orderIn(context.portfolio, id)
  const verdict = checkOrder(context, order, plan)
  if (verdict.verdict === 'deny') {
    const { tag: code, reason: message } = verdict
    append(context, { type: 'step', clientOrderId: id, event: 'deny', code, message })
    return stopFailed(context, key, code, message)
  }
  append(context, { type: 'step', clientOrderId: id, event: 'initialize' })
  submit(context, id)
}

function stopSeed(context: DecisionContext, position: Position, id: string) {
  const { market, stream, signal, seq } = position
  return {
    clientOrderId: id,
    stream,
    kind: 'stop',
    signal,
    seq,
    signedAt: context.environment.now,
    validUntil: context.environment.now,
    reason: 'stop',
    timeframe: '1m',
    intent: {
      kind: 'exit',
      market,
      side: 'sell',
      size: { unit: 'base', value: available(position) },
      type: 'market',
    },
  } as const
}

function isOpen(context: DecisionContext, key: string): boolean {
  return hasOrder(context.portfolio, key, () => true)
}

/** The bid is at the stop already: `watchPositions` has ordered an exit instead. */
function wouldTrigger(context: DecisionContext, { market, stop }: Position): boolean {
  const bid = freshBid(context, market)
  return bid !== null && stop !== null && parseDecimal(stop).gte(parseDecimal(bid))
}

function mayTryVanished(context: DecisionContext, key: string, { failures }: Position): boolean {
  const { now } = context.environment
  if (!isOver(failures.stop.at, VANISHED_PAUSE_MS, now)) return false
  stopFailed(context, key, 'stop_failed', 'its stops keep vanishing')
  return true
}

/** The exchange has a newer price than we have: the position is closed instead. */
export function onStopRejected(
  context: DecisionContext,
  stop: Order,
  { code, message }: { code: string; message: string },
): undefined {
  const key = positionKey(stop)
  const position = context.portfolio.positions[key]
  const isFirst = position?.failures.stop.times === 0
  const isTold = code !== 'exchange_stop_would_trigger' && !(isForCoins(code) && isFirst)
  if (isTold) return stopFailed(context, key, code, message)
  if (position !== undefined) append(context, { type: 'unprotected', position: key, code, message })
  // It is tried again at once with the coins that are there.
  if (isForCoins(code)) return
  startClosing(context, key, 'stop')
}

/** The exchange took it as a stop that triggers above the price: it protects nothing, so the position is sold. */
export function onWrongSide(context: DecisionContext, stop: Order): undefined {
  const key = positionKey(stop)
  if (context.portfolio.positions[key] === undefined || isClosing(context, key)) return
  const code = 'exchange_stop_would_trigger'
  const message = 'the exchange would sell when the price rises, and not when it falls'
  append(context, { type: 'unprotected', position: key, code, message })
  startClosing(context, key, 'stop')
}

/** It is tried again after a pause. */
function stopFailed(
  context: DecisionContext,
  key: string,
  code: string,
  message: string,
): undefined {
  const position = context.portfolio.positions[key]
  if (position === undefined) return
  append(context, { type: 'unprotected', position: key, code, message })
  notifyPosition(context, position, { level: 'error', code: 'stop_failed', message })
}
