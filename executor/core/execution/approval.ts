// The trader's approval of one exact order: asked for, asked again when the price has left what was shown, and the card
// that asks.
import { type ApprovalNeeded, type Decimal, seconds } from '@keyside/protocol'
import { orderIn } from '../model/apply.ts'
import { without } from '../model/backoff.ts'
import { sentenceOf } from '../model/codes.ts'
import { ceilTo, decimalAbove, isZero, parseDecimal, sum } from '../model/decimals.ts'
import type { Candle } from '../model/exchange.ts'
import type { AskedBefore, Order, PlannedOrder } from '../model/order.ts'
import { fitting } from '../model/report-room.ts'
import { WIRE_END } from '../risk/plan/market-limits.ts'
import { needsCode } from '../risk/rules/approval.ts'
import type { Verdict } from '../risk/rules/rule.ts'
import { deadline } from '../risk/rules/timing.ts'
import { append, type DecisionContext, findingOf, report, singleLine } from './context.ts'
import { checkOrder, costHeld, planFor } from './plan-and-check.ts'
import { chartTimeframe, denyOrder, orderView, reportOrder } from './report-order.ts'

/** The first card and five more: a price that runs away must not ring for ever. */
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
  ask(context, order, drawn.plan, { ...why, why: 'price' })
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
  ask(context, order, plan, { tag: 'price.collar', reason, why: 'price' })
  return 'left'
}

/** Policy judges it before anybody is asked, as if the trader had said yes: a question that would be refused is none. */
export function asIfApproved(context: DecisionContext, order: Order, plan: PlannedOrder): Verdict {
  return checkOrder(context, order, plan, 'coded')
}

/** If the old price would have been denied as well, the price is not given as the reason. */
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

/** `why` of a question that is not the first. */
export function ask(
  context: DecisionContext,
  asked: Order,
  plan: PlannedOrder,
  { tag, reason, why }: { tag: string; reason: string; why: AskedBefore['why'] },
): undefined {
  const { clientOrderId } = asked
  if (plan.id !== asked.planned?.id) append(context, { type: 'planned', clientOrderId, plan })
  // The candles of the card before were asked for and are here: those of the next one are another question.
  context.session = { ...context.session, cards: without(context.session.cards, clientOrderId) }
  const order = orderIn(context.portfolio, clientOrderId)
  if (isLarge(context, order) && context.environment.stepOfCode === 'unset') {
    denyOrder(context, order, 'approval_code_unset')
    return
  }
  const expires = deadline(order, context.environment.policy)
  const before = askedBefore(asked, why)
  const approval = { tag, reason, expires, price: marketPrice(context, order), before }
  append(context, { type: 'step', clientOrderId, event: 'prompt', approval })
}

function askedBefore({ approval, planned }: Order, why: AskedBefore['why']): AskedBefore | null {
  if (approval.prompts === 0 || planned === null) return null
  return { why, price: approval.price, value: planned.value, risk: planned.risk }
}

/** Its approval needs a code. */
export function isLarge({ environment }: DecisionContext, { kind, planned }: Order): boolean {
  return planned !== null && needsCode({ kind, order: planned.request }, environment.policy)
}

// The card: the exact order, what it may lose, what is held already, and what the market did.
/** The card is sent without candles too: an answer does not need a picture. */
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
    ...(!EXPECTED.includes(approval.tag) && { asked: singleLine(approval.reason) }),
    expires: seconds(approval.expires),
    ...held(context, intent.market),
    ...given(context, order),
    ...exitsOf(context, order),
    ...(approval.before && { again: { times: approval.prompts, ...approval.before } }),
    ...(isLarge(context, order) && { code: 'needed' as const }),
    timeframe: chartTimeframe(order),
    candles: newest(candles),
  })
}

/** The trader has said when to be asked, and a price that has moved is told by what was before. */
const EXPECTED: readonly string[] = ['confirm.above', 'confirm.code', 'price.collar']

/** Characters of JSON that are left to the rest of the card. */
const REST_ROOM = 3_000

/** As many as the card has room for: with prices of very many digits the oldest are left out. */
function newest(candles: readonly Candle[]): ApprovalNeeded['candles'] {
  return fitting(candles.slice(-60).toReversed(), REST_ROOM)
    .toReversed()
    .map(([at, open, high, low, close]) => [at, open, high, low, close])
}

/** Of the coin, by all streams: one more purchase of it adds to them all. */
function held({ portfolio }: DecisionContext, market: string) {
  const [coin] = market.split('/')
  const same = Object.values(portfolio.positions).filter(
    (one) => one.market.split('/')[0] === coin && !isZero(one.amount),
  )
  if (same.length === 0) return {}
  const amount = sum(same.map((one) => one.amount))
  const streams = new Set(same.map(({ stream }) => stream)).size
  return { held: { amount, cost: sum(same.map(costHeld)), streams } }
}

function given({ environment }: DecisionContext, { stream }: Order) {
  const allocation = environment.policy.streams.get(stream)?.allocation
  return allocation === undefined ? {} : { allocation }
}

function exitsOf(context: DecisionContext, { intent }: Order) {
  const { takeProfits, trailingStop, breakEven, maxHold } = intent
  const tick = context.environment.exchange.rules(intent.market)?.tick
  const exits = {
    ...(takeProfits && {
      takeProfits: takeProfits.map((one) => ({ ...one, price: reachedAt(one.price, tick) })),
    }),
    ...(trailingStop && { trailingStop }),
    ...(breakEven !== undefined && { breakEven }),
    ...(maxHold !== undefined && { maxHold }),
  }
  return Object.keys(exits).length === 0 ? {} : { exits }
}

/** A price that a bid can have: between two steps a level is reached at the upper one. */
function reachedAt(price: Decimal, tick: Decimal | undefined): Decimal {
  if (tick === undefined) return price
  const level = ceilTo(parseDecimal(price), parseDecimal(tick))
  // Above any price that a bid can have: left as it is.
  return level.lt(WIRE_END) ? decimalAbove(level) : price
}
