// The trader's approval of one exact order: asked for, asked again when the price has left what was shown, and answered.
import { type Approval, type Decimal, seconds } from '@keyside/protocol'
import { orderIn, wrongAt } from '../model/apply.ts'
import { without } from '../model/backoff.ts'
import { type ExecutorCode, sentenceOf } from '../model/codes.ts'
import type { Candle } from '../model/exchange.ts'
import type { Order, PlannedOrder } from '../model/order.ts'
import { needsCode } from '../risk/rules/approval.ts'
import type { Verdict } from '../risk/rules/rule.ts'
import { deadline } from '../risk/rules/timing.ts'
import { append, type DecisionContext, findingOf, report, singleLine } from './context.ts'
import { deduplicate } from './deduplicate.ts'
import { checkOrder, planFor } from './plan-and-check.ts'
import { refuseInput } from './refusals.ts'
import { chartTimeframe, denyOrder, orderView, reportOrder } from './report-order.ts'

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
  return checkOrder(context, order, plan, 'coded')
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

// The card: the exact order, what it may lose, and what the market did.
/** Without candles the card goes out all the same: a picture is no condition of an answer. */
export function onCandles(
  context: DecisionContext,
  order: Order,
  candles: readonly Candle[],
): undefined {
  const view = orderView(order)
  if (order.state !== 'waiting' || order.approval.card === 'sent' || view === null) return
  const { intent, mapping, planned, approval, clientOrderId } = order
  append(context, { type: 'card', clientOrderId })
  report(context, {
    type: 'approval',
    order: view,
    market: context.environment.exchange.quote(intent.market)?.ask ?? view.price,
    ...(intent.stopPrice !== undefined && { stop: intent.stopPrice }),
    ...(mapping && { signalled: { market: mapping.market, price: mapping.referencePrice } }),
    risk: planned?.risk ?? view.value,
    reason: singleLine(order.reason),
    expires: seconds(approval.expires),
    ...(approval.prompts > 1 && {
      again: { times: approval.prompts, was: approval.previousPrice },
    }),
    ...(isLarge(context, order) && { code: 'needed' as const }),
    timeframe: chartTimeframe(order),
    candles: candles.slice(-60).map(([at, open, high, low, close]) => [at, open, high, low, close]),
  })
}

// The answer. It counts once, for the order it names, while that order waits.
export function onApproval(context: DecisionContext, claims: Approval): undefined {
  if (deduplicate(context, claims, `${claims.answer} ${claims.order}`) !== 'taken') return
  const order = Object.values(context.portfolio.orders).find(
    ({ planned }) => planned?.id === claims.order,
  )
  if (order?.state !== 'waiting') return refuse(context, claims, whyNot(context, claims.order))
  // Whatever the clock of the button says: the order expires in the same decision.
  if (context.environment.now >= order.approval.expires)
    return refuse(context, claims, 'approval_late')
  return claims.answer === 'approve' ? approve(context, order, claims) : decline(context, order)
}

/** Policy and price are asked again before it is sent: `order-pipeline.ts` goes on from here. */
function approve(context: DecisionContext, order: Order, claims: Approval): undefined {
  const { clientOrderId } = order
  const coded = isLarge(context, order)
  const taken = coded ? takeCode(context, order, claims.code) : 'taken'
  if (taken !== 'taken') return refuse(context, claims, taken)
  append(context, { type: 'step', clientOrderId, event: 'approve', by: coded ? 'code' : 'tap' })
  reportOrder(context, order, 'approved')
}

function decline(context: DecisionContext, order: Order): undefined {
  const code = 'approval_declined'
  append(context, { type: 'step', clientOrderId: order.clientOrderId, event: 'decline', code })
  reportOrder(context, order, 'declined', { code, message: sentenceOf(code) })
}

function whyNot(context: DecisionContext, id: string): ExecutorCode {
  switch (context.portfolio.endedOrders.findLast((one) => one.id === id)?.state) {
    case 'expired':
      return 'approval_late'
    case 'replaced':
      return 'approval_replaced'
    default:
      return 'approval_unknown'
  }
}

/** It names the order, so that a card which still waits can say so. */
function refuse(context: DecisionContext, { order }: Approval, code: ExecutorCode): undefined {
  refuseInput(context, { code, message: sentenceOf(code), order })
}

// The code of the trader's authenticator, which an order above the policy's `code_above` needs besides the tap.
/** Six digits are a million codes: whoever guesses gets this many tries in an hour. */
export const WRONG_AN_HOUR = 5

/** A true code is used up by this, whatever becomes of the order. */
function takeCode(
  context: DecisionContext,
  { clientOrderId }: Order,
  code: string | undefined,
): 'taken' | ExecutorCode {
  const { stepOfCode, now } = context.environment
  const { wrong, usedUpTo } = {
    ...context.portfolio.codes,
    wrong: wrongAt(context.portfolio.codes, now),
  }
  if (stepOfCode === 'unset') return 'approval_code_unset'
  if (code === undefined) return 'approval_code_needed'
  // Not even looked at: an answer would tell the guesser something.
  if (wrong.length >= WRONG_AN_HOUR) return 'approval_code_locked'
  const step = stepOfCode(code)
  if (step !== null && step <= usedUpTo) return 'approval_code_used'
  append(context, { type: 'code', clientOrderId, step: step ?? 'wrong' })
  return step === null ? 'approval_code_wrong' : 'taken'
}

/** Its approval needs a code. */
function isLarge({ environment }: DecisionContext, { kind, planned }: Order): boolean {
  return planned !== null && needsCode({ kind, order: planned.request }, environment.policy)
}
