// The way of an order from the signal to the socket: named steps, each of which goes on, waits, or leaves with a code.

import { orderIn } from '../model/apply.ts'
import { isDue } from '../model/backoff.ts'
import { atLeast } from '../model/decimals.ts'
import { isLive } from '../model/order-table.ts'
import { stopOf } from '../model/positions.ts'
import { type Order, positionKey } from '../model/state.ts'
import { check } from '../risk/rules/check.ts'
import { askAgain, askTrader } from './approval-prompt.ts'
import { ask, record, type Turn } from './context.ts'
import { refuseOrder } from './deny.ts'
import { awaitsPrices } from './loss-limits.ts'
import { requestCancel } from './order-polling.ts'
import { reportOrder } from './order-view.ts'
import { drawPlan, isShut } from './plan-order.ts'
import { askQuote, isYoung, QUOTE_LIFE_MS } from './quotes.ts'
import { firstHeadDue } from './receive-head.ts'
import { isCounting } from './reconcile-schedule.ts'
import { question, unknownAround } from './risk-input.ts'

/** `left`: the order has moved to a state where something else has to happen first, or its life is over. */
type Went = 'on' | 'waits' | 'left'

interface JourneyStep {
  readonly name: string
  readonly take: (turn: Turn, order: Order) => Went
}

/** Read it aloud: this is the order of things, and README.md has the codes. */
export const JOURNEY: readonly JourneyStep[] = [
  { name: 'turn', take: awaitTurn },
  { name: 'compare', take: awaitComparison },
  { name: 'head', take: awaitHead },
  { name: 'pause', take: awaitPause },
  { name: 'quote', take: freshQuote },
  { name: 'losses', take: awaitPrices },
  { name: 'plan', take: makePlan },
  { name: 'policy', take: askPolicy },
  { name: 'clear', take: clearStop },
  { name: 'send', take: sendOrder },
]

const ON_THE_WAY = ['received', 'approved', 'clearing']

/** Takes every order as far as it can go now. Called at the end of each turn, so a restart needs no other code. */
export function advanceOrders(turn: Turn): undefined {
  for (const { clientOrderId, state, kind } of Object.values(turn.book.orders))
    if (ON_THE_WAY.includes(state) && kind !== 'stop') advance(turn, clientOrderId)
}

function advance(turn: Turn, clientOrderId: string): undefined {
  for (const { take } of JOURNEY) if (take(turn, orderIn(turn.book, clientOrderId)) !== 'on') return
}

/**
 * Nobody can say what there is to sell while another exit works, or while the outcome of an order is unknown. What
 * still waits at the exchange is taken back, an entry or a sale at a price of its own: it could do so for ever.
 */
function awaitTurn(turn: Turn, order: Order): Went {
  if (order.kind !== 'exit') return 'on'
  const key = positionKey(order)
  if (order.state === 'clearing' && stopOf(turn.book, key) !== undefined) return 'waits'
  const busy = Object.values(turn.book.orders).filter(
    (one) => one !== order && one.kind !== 'stop' && isLive(one.state) && positionKey(one) === key,
  )
  for (const one of busy) requestCancel(turn, one)
  return busy.length > 0 || unknownAround(turn.book, order) > 0 ? 'waits' : 'on'
}

/**
 * Just after a start an entry waits a little for the first answer; policy refuses it when none came. An exit that was
 * refused for want of coins waits a little until they are counted.
 */
function awaitComparison(turn: Turn, { kind, idea, again }: Order): Went {
  if (again && isCounting(turn, idea.market)) return 'waits'
  return kind === 'entry' && turn.live.looks[idea.market]?.found === 'awaited' ? 'waits' : 'on'
}

/** Just after a start the provider's head may still be on its way; policy refuses the entry when none came. */
function awaitHead({ live, world }: Turn, { kind, stream }: Order): Went {
  return kind === 'entry' && world.now < firstHeadDue(live, stream) ? 'waits' : 'on'
}

/** Nothing is sent to an exchange that wants to be left alone: what gets out waits for the end of it. */
function awaitPause(turn: Turn, order: Order): Went {
  if (turn.world.exchange.pause === null) return 'on'
  return order.kind === 'entry' ? refuseOrder(turn, order, 'exchange_rate_limited') : 'waits'
}

/** What is held has to have a price before today's losses can be reckoned. */
function awaitPrices(turn: Turn, { kind }: Order): Went {
  return kind === 'entry' && awaitsPrices(turn) ? 'waits' : 'on'
}

function freshQuote(turn: Turn, order: Order): Went {
  const { market } = order.idea
  const { now, exchange } = turn.world
  const rules = exchange.rules(market)
  // Of a market that the exchange does not know, or does not trade, there is nothing to ask: the plan says so.
  if (rules === null || (order.kind === 'entry' && isShut(rules))) return 'on'
  const quote = exchange.quote(market)
  if (quote !== null && isYoung(quote, now, QUOTE_LIFE_MS)) return 'on'
  const asked = turn.live.quotes[market]
  // An answer that brought nothing newer: policy decides on what there is.
  if (asked?.state === 'due' && now - asked.at <= QUOTE_LIFE_MS) return 'on'
  if (!isDue(asked, now)) return 'waits'
  askQuote(turn, market)
  return 'waits'
}

/** An order that the trader has approved is kept to the character. */
function makePlan(turn: Turn, order: Order): Went {
  if (order.approval.by !== 'nobody' && order.plan !== null) return stillFits(turn, order)
  const drawn = drawPlan(turn, order, turn.world.policy.approval === 'always' ? 'ask' : 'send')
  if (!drawn.ok) return refuseOrder(turn, order, drawn.code, drawn.message)
  record(turn, { type: 'planned', clientOrderId: order.clientOrderId, plan: drawn.plan })
  return 'on'
}

/**
 * Nobody sells below the ask: an immediate order with a lower limit would be sent for nothing. And what is bought with
 * the bid at its stop is sold at once.
 */
function stillFits(turn: Turn, order: Order): Went {
  const quote = turn.world.exchange.quote(order.idea.market)
  const wire = order.plan?.wire
  if (wire?.type !== 'ioc' || wire.side !== 'buy' || quote === null) return 'on'
  const { stop } = order.idea
  const isStopped = stop !== undefined && atLeast(stop, quote.bid)
  return atLeast(wire.price, quote.ask) && !isStopped ? 'on' : askAgain(turn, order)
}

function askPolicy(turn: Turn, order: Order): Went {
  if (order.plan === null)
    throw new Error(`policy was asked about ${order.clientOrderId} unplanned`)
  const verdict = check(question(turn, order, order.plan), turn.world.policy)
  switch (verdict.verdict) {
    case 'allow':
      return 'on'
    case 'confirm':
      return askTrader(turn, order, verdict)
    case 'deny':
      if (order.approval.by !== 'nobody' && verdict.tag === 'price.collar')
        return askAgain(turn, order)
      return refuseOrder(turn, order, verdict.tag, verdict.reason)
  }
}

/** The stop holds the coins that an exit wants to sell. */
function clearStop(turn: Turn, order: Order): Went {
  if (order.kind !== 'exit' || stopOf(turn.book, positionKey(order)) === undefined) return 'on'
  record(turn, { type: 'step', clientOrderId: order.clientOrderId, event: 'clear' })
  return 'left'
}

function sendOrder(turn: Turn, order: Order): Went {
  record(turn, { type: 'step', clientOrderId: order.clientOrderId, event: 'intend' })
  return launch(turn, order.clientOrderId)
}

/**
 * From `intended` to the socket. The effect runs only after the facts are on the disk. Intent and sending share one
 * transaction when nothing had to be waited for between them: a crash before it has sent nothing, a crash after it
 * is `unknown`, and there is one fsync less.
 */
export function launch(turn: Turn, clientOrderId: string): Went {
  record(turn, { type: 'step', clientOrderId, event: 'send' })
  const order = orderIn(turn.book, clientOrderId)
  if (order.plan === null) throw new Error(`${clientOrderId} was to be sent without a plan`)
  reportOrder(turn, order, 'sent')
  ask(turn, { type: 'place', order: order.plan.wire, signal: order.signal })
  return 'left'
}
