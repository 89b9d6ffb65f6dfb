// What keeps a way out of a position waiting now, as the code of what the trader is told about it.
import type { DecisionContext } from '../execution/context.ts'
import { unknownAround } from '../execution/plan-and-check.ts'
import type { ExecutorCode } from '../model/codes.ts'
import type { Position } from '../model/position.ts'

export function waitsFor(
  { portfolio, environment: { exchange } }: DecisionContext,
  { stream, market }: Position,
): ExecutorCode | null {
  if (exchange.backoff !== null) return 'exchange_rate_limited'
  if (!exchange.reachable) return 'exchange_awaited'
  if (exchange.rules(market)?.status !== 'trading') return 'market_closed'
  if (unknownAround(portfolio, { kind: 'exit', stream, intent: { market } }) > 0)
    return 'order_unknown'
  return null
}
