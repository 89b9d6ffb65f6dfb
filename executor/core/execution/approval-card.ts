// The card that asks the trader: the exact order, what it may lose, and what the market did.
import { seconds } from '@keyside/protocol'
import type { Candle } from '../model/exchange.ts'
import type { Order } from '../model/order.ts'
import { needsCode } from '../risk/rules/approval.ts'
import { append, type DecisionContext, report, singleLine } from './context.ts'
import { orderView } from './order-view.ts'

/** Its approval needs a code. */
export function isLarge({ environment }: DecisionContext, { kind, planned }: Order): boolean {
  return planned !== null && needsCode({ kind, order: planned.request }, environment.policy)
}

/** A minute of a second's candles shows nobody where the price stands. */
export function chartTimeframe({ timeframe }: Order): string {
  return timeframe === '1s' ? '1m' : timeframe
}

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
