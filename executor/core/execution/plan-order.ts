// The plan of an order at the present price: what the plan itself is given, and the id an approval will name.
import { type ExecutorCode, sentenceOf } from '../model/codes.ts'
import { times } from '../model/decimals.ts'
import type { MarketRules } from '../model/exchange.ts'
import type { Order, OrderIntent, PlannedOrder } from '../model/order.ts'
import { available } from '../model/positions.ts'
import { positionKey } from '../model/state.ts'
import { plan as planOrder } from '../risk/plan/plan.ts'
import type { PlanCode } from '../risk/plan/result.ts'
import type { DecisionContext } from './context.ts'
import { orderId } from './order-view.ts'

export type PlanResult =
  | { readonly ok: true; readonly plan: PlannedOrder }
  | { readonly ok: false; readonly code: ExecutorCode | PlanCode; readonly message?: string }

/** What is asked about gets half the collar: the price may then go as far either way before the answer comes. */
const ASKED = '0.5'

/** Only what the exchange says counts: it may halt a market, or know it no more. */
export function isMarketClosed({ status }: MarketRules): boolean {
  return status === 'halted' || status === 'gone'
}

export function planFor(
  context: DecisionContext,
  order: Order,
  to: 'send' | 'ask' = 'send',
): PlanResult {
  const { exchange, policy } = context.environment
  const { entry, exit } = policy.collar
  const rules = exchange.rules(order.intent.market)
  const quote = exchange.quote(order.intent.market)
  if (rules === null) return { ok: false, code: 'market_unknown' }
  if (order.kind === 'entry' && isMarketClosed(rules)) {
    const message = `${rules.market}: ${sentenceOf('market_closed')}`
    return { ok: false, code: 'market_closed', message }
  }
  if (quote === null) return { ok: false, code: 'quote_missing' }
  const position = context.portfolio.positions[positionKey(order)]
  const planned = planOrder({
    signal: ideaNow(order),
    rules,
    quote,
    allocation: policy.streams.get(order.stream)?.allocation ?? '0',
    position: position === undefined ? '0' : available(position),
    stop: position?.stop ?? null,
    collar: { entry: to === 'ask' ? times(entry, ASKED) : entry, exit },
    clientOrderId: order.clientOrderId,
  })
  if (!planned.ok) return { ok: false, code: planned.code, message: planned.message }
  const { order: request, value, risk } = planned
  const { takerFee } = rules
  const id = orderId(request, order.validUntil)
  return { ok: true, plan: { id, request, value, risk, takerFee, holds: 'coins' } }
}

/** While an exit waited for its stop to go, a newer entry may have bought: that is not its to sell. */
function ideaNow({ state, planned, intent }: Order): OrderIntent {
  if (state !== 'canceling_stop' || planned === null) return intent
  return { ...intent, size: { unit: 'base', value: planned.request.amount } }
}
