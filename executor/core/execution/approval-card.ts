// The card that asks the trader: the exact order, what it may lose, and what the market did.
import { seconds } from '@keyside/protocol'
import type { Candle } from '../model/exchange.ts'
import type { Order } from '../model/state.ts'
import { needsCode } from '../risk/rules/approval.ts'
import { oneLine, record, report, type Turn } from './context.ts'
import { orderView } from './order-view.ts'

/** Its approval needs a code. */
export function isLarge({ world }: Turn, { kind, plan }: Order): boolean {
  return plan !== null && needsCode({ kind, order: plan.wire }, world.policy)
}

/** A minute of a second's candles shows nobody where the price stands. */
export function chartTimeframe({ timeframe }: Order): string {
  return timeframe === '1s' ? '1m' : timeframe
}

/** Without candles the card goes out all the same: a picture is no condition of an answer. */
export function onCandles(turn: Turn, order: Order, candles: readonly Candle[]): undefined {
  const view = orderView(order)
  if (order.state !== 'waiting' || order.approval.card === 'sent' || view === null) return
  const { idea, plan, approval, clientOrderId } = order
  record(turn, { type: 'card', clientOrderId })
  report(turn, {
    type: 'approval',
    order: view,
    market: turn.world.exchange.quote(idea.market)?.ask ?? view.price,
    ...(idea.stop !== undefined && { stop: idea.stop }),
    risk: plan?.risk ?? view.value,
    reason: oneLine(order.reason),
    expires: seconds(approval.expires),
    ...(approval.asks > 1 && { again: { times: approval.asks, was: approval.was } }),
    ...(isLarge(turn, order) && { code: 'needed' as const }),
    timeframe: chartTimeframe(order),
    candles: candles.slice(-60).map(([at, open, high, low, close]) => [at, open, high, low, close]),
  })
}
