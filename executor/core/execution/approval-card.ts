// The card that asks the trader: the exact order, what it may lose, what is held already, and what the market did.
import { type ApprovalNeeded, type Decimal, seconds } from '@keyside/protocol'
import { ceilTo, decimalAbove, isZero, parseDecimal, sum } from '../model/decimals.ts'
import type { Candle } from '../model/exchange.ts'
import type { Order } from '../model/order.ts'
import { fitting } from '../model/report-room.ts'
import { WIRE_END } from '../risk/plan/market-limits.ts'
import { isLarge } from './approval.ts'
import { append, type DecisionContext, report, singleLine } from './context.ts'
import { costHeld } from './plan-and-check.ts'
import { chartTimeframe, orderView } from './report-order.ts'

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
  // No bid comes there.
  return level.lt(WIRE_END) ? decimalAbove(level) : price
}
