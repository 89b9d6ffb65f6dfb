// How much: per order, hour, day, minute, stream and market, and never more than is held.
import type { Decimal } from '@keyside/protocol'
import Big from 'big.js'
import { parseDecimal } from '../../model/decimals.ts'
import type { Policy } from '../policy/schema.ts'
import { deny, type RiskInput, type Rule, type Use } from './rule.ts'

const MINUTE_MS = 60_000

export const orderSize = cap('size.max', {
  before: () => '0',
  limit: (_, { limits }) => limits.order,
  reason: (sum, limit, { currency }) =>
    `expected at most ${limit} ${currency} for one order, this one is ${sum}: lower the size or raise limits.order at the device`,
})

export const dayTurnover = cap('vel.notional', {
  before: ({ used }) => used.today,
  limit: (_, { limits }) => limits.day,
  reason: (sum, limit, { currency }) =>
    `expected at most ${limit} ${currency} of entries a day, this one would make ${sum}: wait until 00:00 UTC or raise limits.day at the device`,
})

export const hourTurnover = cap('vel.hour', {
  before: ({ used }) => used.hour,
  limit: (_, { limits }) => limits.hour,
  reason: (sum, limit, { currency }) =>
    `expected at most ${limit} ${currency} of entries an hour, this one would make ${sum}: wait, or raise limits.hour at the device`,
})

export const orderRate: Rule = {
  tag: 'vel.orders',
  check({ kind, now, used }, { limits }) {
    if (kind !== 'entry') return null
    const recent = sentWithinMinute(used, now)
    if (!(Number.isFinite(now) && recent < limits.ordersPerMinute))
      return deny(
        this,
        `expected at most ${limits.ordersPerMinute} orders a minute, ${recent} were sent: wait a minute or look for a runaway strategy`,
      )
    if (used.entriesToday < limits.ordersPerDay) return null
    return deny(
      this,
      `expected at most ${limits.ordersPerDay} entries a day, there were ${used.entriesToday}: wait until 00:00 UTC or look for a runaway strategy`,
    )
  },
  uses: ({ used }, { limits }) => countOf(used.entriesToday + 1, limits.ordersPerDay),
}

/** A moment that is no number, or lies ahead, counts: it cannot be shown to be old. */
export function sentWithinMinute(
  { sentLastMinute }: Pick<RiskInput['used'], 'sentLastMinute'>,
  now: number,
): number {
  return sentLastMinute.filter((at) => !(now - at >= MINUTE_MS)).length
}

/** Cost, not worth: a gain does not shrink what the stream may still buy, nor does a loss widen it. */
export const allocation = cap('pos.max', {
  before: ({ held }) => held.cost,
  limit: ({ stream }, { streams }) => streams.get(stream)?.allocation ?? '0',
  reason: (sum, limit, { currency }, { stream }) =>
    `expected ${stream} to have at most ${limit} ${currency} in the market, this order would make ${sum}: wait for an exit or raise its allocation at the device`,
})

/** All streams together: ten of them may not pile up in one market. */
export const marketPosition = cap('pos.market', {
  before: ({ held }) => held.onMarket,
  limit: (_, { limits }) => limits.position,
  reason: (sum, limit, { currency }, { order }) =>
    `expected at most ${limit} ${currency} in ${order.market}, this order would make ${sum}: wait for an exit or raise limits.position at the device`,
})

export const streamBudget = cap('budget.stream', {
  before: ({ used }) => used.byStream,
  limit: ({ stream }, { streams }) => streams.get(stream)?.lifetimeBudget ?? '0',
  reason: (sum, limit, { currency }, { stream }) =>
    `expected all entries of ${stream} together to cost at most ${limit} ${currency}, this one would make ${sum}: raise its budget at the device if you trust it further`,
})

/** An exit sells what the stream bought, never the trader's own coins. */
export const holding: Rule = {
  tag: 'exit.held',
  check({ kind, order, held }) {
    if (kind === 'entry' || parseDecimal(order.amount).lte(parseDecimal(held.amount))) return null
    return deny(
      this,
      `expected to sell at most the ${held.amount} that the stream holds on ${order.market}, this order says ${order.amount}`,
    )
  },
}

interface Cap {
  /** Quote, this order not included. */
  readonly before: (question: RiskInput) => Decimal
  readonly limit: (question: RiskInput, policy: Policy) => Decimal | 'unlimited'
  readonly reason: (sum: string, limit: string, policy: Policy, question: RiskInput) => string
}

/** An entry may not bring a sum of money over its limit. */
function cap(tag: string, { before, limit, reason }: Cap): Rule {
  const uses = (question: RiskInput, policy: Policy) => {
    const most = limit(question, policy)
    if (most === 'unlimited') return null
    const used = parseDecimal(before(question)).plus(orderValue(question.order))
    return { used, limit: parseDecimal(most), unit: 'money' } as const
  }
  return {
    tag,
    uses,
    check(question, policy) {
      if (question.kind !== 'entry') return null
      const use = uses(question, policy)
      if (use === null || use.used.lte(use.limit)) return null
      return deny(this, reason(use.used.toFixed(), use.limit.toFixed(), policy, question))
    },
  }
}

export function countOf(used: number, limit: number): Use {
  return { used: new Big(used), limit: new Big(limit), unit: 'count' }
}

/** Quote, at the worst price the order allows. */
export function orderValue({ amount, price }: RiskInput['order']): Big {
  return parseDecimal(amount).times(parseDecimal(price))
}
