// The way of an order from the signal to the socket: named steps, each of which goes on, waits, or leaves with a code.

import { orderIn } from '../core/apply.ts'
import { atLeast } from '../core/money.ts'
import { isDue, opened } from '../core/patience.ts'
import { type Order, positionKey } from '../core/state.ts'
import { ask, record, type Turn } from '../core/turn.ts'
import { plan as planOrder } from '../plan/plan.ts'
import { check } from '../policy/check.ts'
import { deadline } from '../policy/deadline.ts'
import type { Verdict } from '../policy/types.ts'
import { requestCancel } from './poll.ts'
import { question, unknownOn } from './question.ts'
import { refuseOrder } from './refuse.ts'
import { isLive } from './table.ts'
import { orderId, reportOrder } from './view.ts'

/** `left`: the order has moved to a state where something else has to happen first, or its life is over. */
type Went = 'on' | 'waits' | 'left'

interface JourneyStep {
  readonly name: string
  readonly take: (turn: Turn, order: Order) => Went
}

/** A quote that is older is asked for again before anything is decided on it. */
const QUOTE_LIFE_MS = 2_000

/** Read it aloud: this is the order of things, and README.md has the codes. */
export const JOURNEY: readonly JourneyStep[] = [
  { name: 'turn', take: awaitTurn },
  { name: 'quote', take: freshQuote },
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
 * Nobody can say what there is to sell while another exit works, or while the outcome of an order is unknown. An entry
 * that still waits at the exchange is taken back: it could keep the exit waiting for ever.
 */
function awaitTurn(turn: Turn, order: Order): Went {
  if (order.kind !== 'exit') return 'on'
  if (order.state === 'clearing' && stopOf(turn, order) !== undefined) return 'waits'
  const key = positionKey(order)
  const busy = Object.values(turn.book.orders).filter(
    (one) => one !== order && one.kind !== 'stop' && isLive(one.state) && positionKey(one) === key,
  )
  for (const one of busy) if (one.kind === 'entry') requestCancel(turn, one)
  return busy.length > 0 || unknownOn(turn.book, order.idea.market) > 0 ? 'waits' : 'on'
}

function freshQuote(turn: Turn, order: Order): Went {
  const { market } = order.idea
  const { now, exchange } = turn.world
  const quote = exchange.quote(market)
  if (quote !== null && now - quote.at <= QUOTE_LIFE_MS) return 'on'
  const asked = turn.live.quotes[market]
  // An answer that brought nothing newer: policy decides on what there is.
  if (asked?.state === 'due' && now - asked.at <= QUOTE_LIFE_MS) return 'on'
  if (!isDue(asked, now)) return 'waits'
  turn.live = { ...turn.live, quotes: { ...turn.live.quotes, [market]: opened(asked, now) } }
  ask(turn, { type: 'quote', market })
  return 'waits'
}

/** An order that the trader has approved is kept to the character. */
function makePlan(turn: Turn, order: Order): Went {
  if (order.approval.answer === 'given' && order.plan !== null) return stillFits(turn, order)
  const { exchange, policy } = turn.world
  const rules = exchange.rules(order.idea.market)
  const quote = exchange.quote(order.idea.market)
  if (rules === null) return refuseOrder(turn, order, 'market_unknown')
  if (quote === null) return refuseOrder(turn, order, 'quote_missing')
  const planned = planOrder({
    signal: order.idea,
    rules,
    quote,
    allotment: policy.streams.get(order.stream)?.allotment ?? '0',
    position: turn.book.positions[positionKey(order)]?.amount ?? '0',
    collar: policy.collar,
    clientOrderId: order.clientOrderId,
  })
  if (!planned.ok) return refuseOrder(turn, order, planned.code, planned.message)
  const { order: wire, value, risk } = planned
  const id = orderId(wire, order.until)
  record(turn, {
    type: 'planned',
    clientOrderId: order.clientOrderId,
    plan: { id, wire, value, risk },
  })
  return 'on'
}

/** Nobody sells below the ask: an immediate order with a lower limit would be sent for nothing. */
function stillFits(turn: Turn, order: Order): Went {
  const quote = turn.world.exchange.quote(order.idea.market)
  const wire = order.plan?.wire
  if (wire?.type !== 'ioc' || wire.side !== 'buy' || quote === null) return 'on'
  return atLeast(wire.price, quote.ask) ? 'on' : refuseOrder(turn, order, 'price_moved')
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
      if (order.approval.answer === 'given' && verdict.tag === 'price.collar')
        return refuseOrder(turn, order, 'price_moved')
      return refuseOrder(turn, order, verdict.tag, verdict.reason)
  }
}

function askTrader(
  turn: Turn,
  order: Order,
  { tag, reason }: Extract<Verdict, { verdict: 'confirm' }>,
): Went {
  const expires = deadline(order, turn.world.policy)
  record(turn, {
    type: 'step',
    clientOrderId: order.clientOrderId,
    event: 'ask',
    approval: { tag, reason, expires },
  })
  return 'left'
}

/** The stop holds the coins that an exit wants to sell. */
function clearStop(turn: Turn, order: Order): Went {
  if (order.kind !== 'exit' || stopOf(turn, order) === undefined) return 'on'
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

function stopOf(turn: Turn, order: Order): Order | undefined {
  const key = positionKey(order)
  return Object.values(turn.book.orders).find(
    (one) => one.kind === 'stop' && positionKey(one) === key,
  )
}
