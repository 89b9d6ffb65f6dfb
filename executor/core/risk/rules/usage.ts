// How much of each limit is used with one order: for a person who wants to know why it may go out. It decides nothing.
import { type Decimal, toDecimal } from '@keyside/protocol'
import Big from 'big.js'
import { parseDecimal } from '../../model/decimals.ts'
import type { Policy } from '../policy/schema.ts'
import { judge, RULES } from './check.ts'
import type { RiskInput } from './rule.ts'
import { orderValue } from './size.ts'

interface Usage {
  readonly used: Decimal
  readonly limit: Decimal
  readonly unit: 'money' | 'percent' | 'count'
}

export interface Check extends Partial<Usage> {
  readonly rule: string
  readonly verdict: 'pass' | 'ask' | 'deny'
}

/** Every rule in its order, as if the trader had approved. */
export function checksOf(question: RiskInput, policy: Policy): readonly Check[] {
  const usage = usages(question, policy)
  return RULES.map((rule) => {
    const verdict = judge(rule, question, policy)?.verdict ?? 'pass'
    return {
      rule: rule.tag,
      verdict: verdict === 'confirm' ? ('ask' as const) : verdict,
      ...usage[rule.tag],
    }
  })
}

/** By the rules' own arithmetic; a value that is missing, or without a limit, is left out. */
function usages(question: RiskInput, policy: Policy): Readonly<Record<string, Usage | undefined>> {
  const { order, used, held, losses, stream, roundTrips, quote, stop } = question
  const { limits, streams } = policy
  const value = orderValue(order)
  const withOrder = (before: Decimal) => toDecimal(parseDecimal(before).plus(value))
  const { allocation = '0', lifetimeBudget = 'unlimited' } = streams.get(stream) ?? {}
  return {
    'size.max': money(toDecimal(value), limits.order),
    'pos.max': money(withOrder(held.cost), allocation),
    'pos.market': money(withOrder(held.onMarket), limits.position),
    'vel.notional': money(withOrder(used.today), limits.day),
    'vel.hour': money(withOrder(used.hour), limits.hour),
    'vel.orders': count(used.entriesToday + 1, limits.ordersPerDay),
    'budget.stream':
      lifetimeBudget === 'unlimited' ? undefined : money(withOrder(used.byStream), lifetimeBudget),
    'loss.day': losses.today === null ? undefined : money(losses.today, limits.dayLoss),
    'loss.dd': losses.drawdown === null ? undefined : money(losses.drawdown, limits.drawdown),
    churn: count(roundTrips, limits.roundTrips),
    'price.spread': quote === null ? undefined : percent(quote.ask, quote.bid, policy.spread),
    'sl.required':
      stop === null || policy.maxStopDistance === 'optional'
        ? undefined
        : percent(stop, order.price, policy.maxStopDistance),
  }
}

const money = (used: Decimal, limit: Decimal): Usage => ({ used, limit, unit: 'money' })
const count = (used: number, limit: number): Usage => {
  return { used: String(used), limit: String(limit), unit: 'count' }
}

/** How far `price` is from `from`, rounded up. */
function percent(price: Decimal, from: Decimal, limit: Decimal): Usage {
  const distance = parseDecimal(price).minus(parseDecimal(from)).abs().div(parseDecimal(from))
  return { used: toDecimal(distance.times(100).round(2, Big.roundUp)), limit, unit: 'percent' }
}
