// The steps of an order from the signal to the request. Each goes on, waits, or ends the order with a code.

import { orderIn } from '../model/apply.ts'
import { isDue } from '../model/backoff.ts'
import { atLeast } from '../model/decimals.ts'
import type { Order } from '../model/order.ts'
import { isWorking } from '../model/order-table.ts'
import { positionKey } from '../model/position.ts'
import { ordersOf, stopOf } from '../model/positions.ts'
import { carriedOver, ratioOf } from '../risk/plan/map-signal.ts'
import { askAgain, askTrader } from './approval.ts'
import { canWait, leaveLater, leaveRest } from './close-position.ts'
import { append, type DecisionContext, emit } from './context.ts'
import { awaitsPrices } from './loss-limits.ts'
import { requestCancel } from './order-polling.ts'
import { checkOrder, isMarketClosed, planFor, unknownAround } from './plan-and-check.ts'
import { askQuote, freshBid, isYoung, QUOTE_LIFE_MS } from './quotes.ts'
import { headDue } from './receive-head.ts'
import { isCounting } from './reconcile-schedule.ts'
import { askForLess } from './reduce-order.ts'
import { denyOrder, reportOrder } from './report-order.ts'

/** `left`: the order has moved to a state where something else has to happen first, or its life is over. */
type StepResult = 'on' | 'waits' | 'left'

interface PipelineStep {
  readonly name: string
  readonly take: (context: DecisionContext, order: Order) => StepResult
}

/** Steps in execution order; README.md has the codes. */
const PIPELINE: readonly PipelineStep[] = [
  { name: 'other orders', take: awaitOtherOrders },
  { name: 'reconciliation', take: awaitReconciliation },
  { name: 'head', take: awaitHead },
  { name: 'pause', take: awaitPause },
  { name: 'quote', take: freshQuote },
  { name: 'map', take: carryOver },
  { name: 'losses', take: awaitPrices },
  { name: 'plan', take: makePlan },
  { name: 'policy', take: askPolicy },
  { name: 'cancel stop', take: clearStop },
  { name: 'submit', take: sendOrder },
]

const ON_THE_WAY = ['received', 'reducing', 'approved', 'canceling_stop']

/** Takes every order as far as it can go now. Called at the end of each decision, so a restart needs no other code. */
export function advanceOrders(context: DecisionContext): undefined {
  for (const { clientOrderId, state, kind } of Object.values(context.portfolio.orders))
    if (ON_THE_WAY.includes(state) && kind !== 'stop') advance(context, clientOrderId)
}

function advance(context: DecisionContext, clientOrderId: string): undefined {
  for (const { take } of PIPELINE)
    if (take(context, orderIn(context.portfolio, clientOrderId)) !== 'on') return
}

/**
 * Nobody can say what there is to sell while another exit works, or while the outcome of an order is unknown. What
 * still waits at the exchange, an entry or a sale at a price of its own, is canceled: it could wait for ever.
 */
function awaitOtherOrders(context: DecisionContext, order: Order): StepResult {
  if (order.kind !== 'exit') return 'on'
  const key = positionKey(order)
  if (order.state === 'canceling_stop' && stopOf(context.portfolio, key) !== undefined)
    return 'waits'
  const busy = ordersOf(context.portfolio, key).filter(
    (one) => one !== order && one.kind !== 'stop' && isWorking(one.state),
  )
  for (const one of busy) requestCancel(context, one)
  return busy.length > 0 || unknownAround(context.portfolio, order) > 0 ? 'waits' : 'on'
}

/**
 * Just after a start an entry waits a little for the first answer; policy refuses it when none came. After a sale that was
 * refused for want of coins every exit of the market waits a little until they are counted.
 */
function awaitReconciliation(context: DecisionContext, { kind, intent }: Order): StepResult {
  if (kind === 'exit' && isCounting(context, intent.market)) return 'waits'
  return kind === 'entry' && context.session.reconciliations[intent.market]?.found === 'awaited'
    ? 'waits'
    : 'on'
}

/** A clock that is steered goes back by less. */
const STEERED_MS = 1_000

/**
 * The first sign of life may follow the signal that began it; policy refuses the entry when none came. One from ahead of
 * a clock that was set back waits for nothing: it would be hours old when its time came again.
 */
function awaitHead({ session, environment }: DecisionContext, order: Order): StepResult {
  const { now } = environment
  const isBefore = now < order.at - STEERED_MS
  const waits = order.kind === 'entry' && !isBefore && now < headDue(session, order)
  return waits ? 'waits' : 'on'
}

/** During a back-off nothing is sent: exits and stops wait for its end. */
function awaitPause(context: DecisionContext, order: Order): StepResult {
  if (context.environment.exchange.backoff === null) return 'on'
  // An order that is only planned again needs nothing but a price from the exchange.
  if (order.kind === 'exit' || order.state === 'reducing') return 'waits'
  return denyOrder(context, order, 'exchange_rate_limited')
}

/** What is held has to have a price before today's losses can be reckoned. */
function awaitPrices(context: DecisionContext, { kind }: Order): StepResult {
  return kind === 'entry' && awaitsPrices(context) ? 'waits' : 'on'
}

function freshQuote(context: DecisionContext, order: Order): StepResult {
  const { market } = order.intent
  const { now, exchange } = context.environment
  const rules = exchange.rules(market)
  const withoutPrice = canWait(order, now) ? 'waits' : 'on'
  // Of a market that the exchange does not know, or does not trade, there is nothing to ask: the plan says so.
  if (rules === null) return withoutPrice
  if (order.kind === 'entry' && isMarketClosed(rules)) return 'on'
  const quote = exchange.quote(market)
  if (quote !== null && isYoung(quote, now, QUOTE_LIFE_MS)) return 'on'
  const asked = context.session.quotes[market]
  // An answer that brought nothing newer: policy decides on what there is.
  if (asked?.state === 'due' && now - asked.at <= QUOTE_LIFE_MS)
    return freshBid(context, market) === null ? withoutPrice : 'on'
  if (!isDue(asked, now)) return 'waits'
  askQuote(context, market)
  return 'waits'
}

/**
 * The ratio is taken once. A way out is not held back for want of a price: the one with which its position was bought
 * will do.
 */
function carryOver(context: DecisionContext, order: Order): StepResult {
  const { mapping, intent, kind, clientOrderId } = order
  if (mapping === undefined || mapping.ratio !== null) return 'on'
  const { exchange, now } = context.environment
  const rules = exchange.rules(intent.market)
  const quote = exchange.quote(intent.market)
  // The plan says so.
  if (rules === null) return 'on'
  const isFresh = quote !== null && isYoung(quote, now, QUOTE_LIFE_MS)
  const known = context.portfolio.positions[positionKey(order)]?.ratio ?? null
  if (!isFresh && (kind === 'entry' || known === null))
    return denyOrder(context, order, 'quote_missing')
  const ratio = isFresh ? ratioOf(quote, mapping.referencePrice) : known
  const carried = ratio === null ? null : carriedOver(intent, ratio, rules)
  if (ratio === null || carried === null) return denyOrder(context, order, 'ratio_unusable')
  append(context, { type: 'mapped', clientOrderId, ratio, intent: carried })
  return 'on'
}

/** Reasons that lie with the exchange and not with the order. */
const SAYS_NOTHING: readonly string[] = ['market_unknown', 'quote_missing']

/** An order that the trader has approved is kept to the character. */
function makePlan(context: DecisionContext, order: Order): StepResult {
  if (order.state === 'reducing') return askForLess(context, order)
  if (order.approval.by !== 'nobody' && order.planned !== null) return stillFits(context, order)
  const drawn = planFor(
    context,
    order,
    context.environment.policy.approval === 'always' ? 'ask' : 'send',
  )
  if (!drawn.ok) {
    if (SAYS_NOTHING.includes(drawn.code)) leaveLater(context, order)
    return denyOrder(context, order, drawn.code, drawn.message)
  }
  append(context, { type: 'planned', clientOrderId: order.clientOrderId, plan: drawn.plan })
  leaveRest(context, order, drawn.plan)
  return 'on'
}

/**
 * Nobody sells below the ask: an immediate order with a lower limit would be sent for nothing. And what is bought with
 * the bid at its stop is sold at once.
 */
function stillFits(context: DecisionContext, order: Order): StepResult {
  const quote = context.environment.exchange.quote(order.intent.market)
  const request = order.planned?.request
  if (request?.timeInForce !== 'IOC' || request.side !== 'buy' || quote === null) return 'on'
  const { stopPrice } = order.intent
  const isStopped = stopPrice !== undefined && atLeast(stopPrice, quote.bid)
  return atLeast(request.price, quote.ask) && !isStopped ? 'on' : askAgain(context, order)
}

function askPolicy(context: DecisionContext, order: Order): StepResult {
  if (order.planned === null)
    throw new Error(`policy was asked about ${order.clientOrderId} unplanned`)
  const verdict = checkOrder(context, order, order.planned)
  switch (verdict.verdict) {
    case 'allow':
      return 'on'
    case 'confirm':
      return askTrader(context, order, verdict)
    case 'deny':
      if (order.approval.by !== 'nobody' && verdict.tag === 'price.collar')
        return askAgain(context, order)
      // An exit at the price of now meets its collar, but for a price that is old, crossed or not there.
      if (verdict.tag === 'price.collar') leaveLater(context, order)
      return denyOrder(context, order, verdict.tag, verdict.reason)
  }
}

/** The stop holds the coins that an exit wants to sell. */
function clearStop(context: DecisionContext, order: Order): StepResult {
  if (order.kind !== 'exit' || stopOf(context.portfolio, positionKey(order)) === undefined)
    return 'on'
  append(context, { type: 'step', clientOrderId: order.clientOrderId, event: 'cancel_stop' })
  return 'left'
}

function sendOrder(context: DecisionContext, order: Order): StepResult {
  append(context, { type: 'step', clientOrderId: order.clientOrderId, event: 'initialize' })
  return submit(context, order.clientOrderId)
}

/**
 * From `initialized` to the socket. The effect runs only after the events are on the disk. Intent and sending share one
 * transaction when nothing had to be waited for between them: a crash before it has sent nothing, a crash after it
 * is `unknown`, and there is one fsync less.
 */
export function submit(context: DecisionContext, clientOrderId: string): StepResult {
  append(context, { type: 'step', clientOrderId, event: 'submit' })
  const order = orderIn(context.portfolio, clientOrderId)
  if (order.planned === null) throw new Error(`${clientOrderId} was to be sent without a plan`)
  reportOrder(context, order, 'submitted')
  emit(context, { type: 'place', order: order.planned.request, signal: order.signal })
  return 'left'
}
