// Asks the trader: the first time, and again when the price has left what was approved before it could be sent.
import type { Decimal } from '@keyside/protocol'
import { orderIn } from '../model/apply.ts'
import { without } from '../model/backoff.ts'
import { sentenceOf } from '../model/codes.ts'
import type { Order, Plan } from '../model/state.ts'
import { deadline } from '../risk/policy/deadline.ts'
import { check } from '../risk/rules/check.ts'
import type { Verdict } from '../risk/rules/types.ts'
import { isLarge } from './approval-card.ts'
import { findingOf, record, type Turn } from './context.ts'
import { refuseOrder } from './deny.ts'
import { reportOrder } from './order-view.ts'
import { drawPlan } from './plan-order.ts'
import { question } from './risk-input.ts'

/** The first question and five more: a price that runs away does not ring for ever. */
export const MAX_ASKS = 6

/** For the first time: at a price that the market may leave a little before the answer comes. */
export function askTrader(turn: Turn, order: Order, why: { tag: string; reason: string }): 'left' {
  const drawn = drawPlan(turn, order, 'ask')
  if (!drawn.ok) return refuseOrder(turn, order, drawn.code, drawn.message)
  const verdict = asIfApproved(turn, order, drawn.plan)
  if (verdict.verdict === 'deny') return refuseOrder(turn, order, verdict.tag, verdict.reason)
  ask(turn, order, drawn.plan, why)
  return 'left'
}

/**
 * The same signal and client order id, for nothing was sent; a new plan at the present price, and so a new id that no
 * earlier tap can name.
 */
export function askAgain(turn: Turn, order: Order): 'left' {
  const drawn = drawPlan(turn, order, 'ask')
  if (!drawn.ok) return outrun(turn, order, drawn.code, findingOf(drawn.message ?? drawn.code))
  const { plan } = drawn
  if (order.approval.asks >= MAX_ASKS)
    return outrun(turn, order, 'price_moved', `you were asked ${MAX_ASKS} times`)
  if (plan.id === order.plan?.id)
    return outrun(
      turn,
      order,
      'price_moved',
      `the signal gives no other price than ${plan.wire.price}`,
    )
  const verdict = asIfApproved(turn, order, plan)
  if (verdict.verdict === 'deny') return refuseMoved(turn, order, verdict)
  const reason = sentenceOf('approval_replaced')
  reportOrder(turn, order, 'replaced', { code: 'approval_replaced', message: reason })
  // The candles of the first card were asked for and are here: those of the next one are another question.
  turn.live = { ...turn.live, cards: without(turn.live.cards, order.clientOrderId) }
  ask(turn, order, plan, { tag: 'price.collar', reason })
  return 'left'
}

/** Policy judges it before anybody is asked, as if the trader had said yes: a question that would be refused is none. */
function asIfApproved(turn: Turn, order: Order, plan: Plan): Verdict {
  return check({ ...question(turn, order, plan), approved: 'coded' }, turn.world.policy)
}

/** What was refused at the old price too is not the doing of the price. */
function refuseMoved(turn: Turn, order: Order, { tag, reason }: Denied): 'left' {
  const before = order.plan === null ? null : asIfApproved(turn, order, order.plan)
  return before?.verdict === 'deny' && before.tag === tag
    ? refuseOrder(turn, order, tag, reason)
    : outrun(turn, order, tag, findingOf(reason))
}

type Denied = Extract<Verdict, { verdict: 'deny' }>

/** The signal was good when the trader was asked. What is wrong with it now has one cause, and that is told first. */
function outrun(turn: Turn, order: Order, code: string, why: string): 'left' {
  const { price } = order.approval
  const message = `the price went from ${price} to ${marketPrice(turn, order)} while you were asked: ${why}`
  return refuseOrder(turn, order, code, message)
}

/** What a purchase would be made at. */
function marketPrice({ world }: Turn, { idea, approval }: Order): Decimal {
  return world.exchange.quote(idea.market)?.ask ?? approval.price
}

function ask(
  turn: Turn,
  { clientOrderId, plan: before }: Order,
  plan: Plan,
  { tag, reason }: { tag: string; reason: string },
): undefined {
  if (plan.id !== before?.id) record(turn, { type: 'planned', clientOrderId, plan })
  const order = orderIn(turn.book, clientOrderId)
  if (isLarge(turn, order) && turn.world.stepOfCode === 'unset') {
    refuseOrder(turn, order, 'approval_code_unset')
    return
  }
  const expires = deadline(order, turn.world.policy)
  const approval = { tag, reason, expires, price: marketPrice(turn, order) }
  record(turn, { type: 'step', clientOrderId, event: 'ask', approval })
}
