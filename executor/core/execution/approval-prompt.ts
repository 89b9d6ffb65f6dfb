// Asks the trader: the first time, and again when the price has left what was approved before it could be sent.
import type { Decimal } from '@keyside/protocol'
import { orderIn } from '../model/apply.ts'
import { without } from '../model/backoff.ts'
import { sentenceOf } from '../model/codes.ts'
import type { Order, PlannedOrder } from '../model/order.ts'
import { deadline } from '../risk/policy/deadline.ts'
import { check } from '../risk/rules/check.ts'
import type { Verdict } from '../risk/rules/types.ts'
import { isLarge } from './approval-card.ts'
import { append, type DecisionContext, findingOf } from './context.ts'
import { denyOrder } from './deny.ts'
import { reportOrder } from './order-view.ts'
import { planFor } from './plan-order.ts'
import { riskInput } from './risk-input.ts'

/** The first question and five more: a price that runs away does not ring for ever. */
export const MAX_ASKS = 6

/** For the first time: at a price that the market may leave a little before the answer comes. */
export function askTrader(
  context: DecisionContext,
  order: Order,
  why: { tag: string; reason: string },
): 'left' {
  const drawn = planFor(context, order, 'ask')
  if (!drawn.ok) return denyOrder(context, order, drawn.code, drawn.message)
  const verdict = asIfApproved(context, order, drawn.plan)
  if (verdict.verdict === 'deny') return denyOrder(context, order, verdict.tag, verdict.reason)
  ask(context, order, drawn.plan, why)
  return 'left'
}

/**
 * The same signal and client order id, for nothing was sent; a new plan at the present price, and so a new id that no
 * earlier tap can name.
 */
export function askAgain(context: DecisionContext, order: Order): 'left' {
  const drawn = planFor(context, order, 'ask')
  if (!drawn.ok) return outrun(context, order, drawn.code, findingOf(drawn.message ?? drawn.code))
  const { plan } = drawn
  if (order.approval.prompts >= MAX_ASKS)
    return outrun(context, order, 'price_moved', `you were asked ${MAX_ASKS} times`)
  if (plan.id === order.planned?.id)
    return outrun(
      context,
      order,
      'price_moved',
      `the signal gives no other price than ${plan.request.price}`,
    )
  const verdict = asIfApproved(context, order, plan)
  if (verdict.verdict === 'deny') return refuseMoved(context, order, verdict)
  const reason = sentenceOf('approval_replaced')
  reportOrder(context, order, 'replaced', { code: 'approval_replaced', message: reason })
  // The candles of the first card were asked for and are here: those of the next one are another question.
  context.session = {
    ...context.session,
    cards: without(context.session.cards, order.clientOrderId),
  }
  ask(context, order, plan, { tag: 'price.collar', reason })
  return 'left'
}

/** Policy judges it before anybody is asked, as if the trader had said yes: a question that would be refused is none. */
function asIfApproved(context: DecisionContext, order: Order, plan: PlannedOrder): Verdict {
  return check(
    { ...riskInput(context, order, plan), approved: 'coded' },
    context.environment.policy,
  )
}

/** What was refused at the old price too is not the doing of the price. */
function refuseMoved(context: DecisionContext, order: Order, { tag, reason }: Denied): 'left' {
  const before = order.planned === null ? null : asIfApproved(context, order, order.planned)
  return before?.verdict === 'deny' && before.tag === tag
    ? denyOrder(context, order, tag, reason)
    : outrun(context, order, tag, findingOf(reason))
}

type Denied = Extract<Verdict, { verdict: 'deny' }>

/** The signal was good when the trader was asked. What is wrong with it now has one cause, and that is told first. */
function outrun(context: DecisionContext, order: Order, code: string, why: string): 'left' {
  const { price } = order.approval
  const message = `the price went from ${price} to ${marketPrice(context, order)} while you were asked: ${why}`
  return denyOrder(context, order, code, message)
}

/** What a purchase would be made at. */
function marketPrice({ environment }: DecisionContext, { intent, approval }: Order): Decimal {
  return environment.exchange.quote(intent.market)?.ask ?? approval.price
}

function ask(
  context: DecisionContext,
  { clientOrderId, planned: before }: Order,
  plan: PlannedOrder,
  { tag, reason }: { tag: string; reason: string },
): undefined {
  if (plan.id !== before?.id) append(context, { type: 'planned', clientOrderId, plan })
  const order = orderIn(context.portfolio, clientOrderId)
  if (isLarge(context, order) && context.environment.stepOfCode === 'unset') {
    denyOrder(context, order, 'approval_code_unset')
    return
  }
  const expires = deadline(order, context.environment.policy)
  const approval = { tag, reason, expires, price: marketPrice(context, order) }
  append(context, { type: 'step', clientOrderId, event: 'prompt', approval })
}
