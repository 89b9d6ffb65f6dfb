// How much: per order, hour, day, minute, stream and market, and never more than is held.
import type Big from 'big.js'
import { parseDecimal } from '../../model/decimals.ts'
import { deny, type RiskInput, type Rule } from './rule.ts'

const MINUTE_MS = 60_000

export const orderSize: Rule = {
  tag: 'size.max',
  check({ kind, order }, { limits, currency }) {
    if (kind !== 'entry' || orderValue(order).lte(parseDecimal(limits.order))) return null
    return deny(
      this,
      `expected at most ${limits.order} ${currency} for one order, this one is ${orderValue(order).toFixed()}: lower the size or raise limits.order at the device`,
    )
  },
}

export const dayTurnover: Rule = {
  tag: 'vel.notional',
  check({ kind, order, used }, { limits, currency }) {
    if (kind !== 'entry') return null
    const sum = parseDecimal(used.today).plus(orderValue(order))
    if (sum.lte(parseDecimal(limits.day))) return null
    return deny(
      this,
      `expected at most ${limits.day} ${currency} of entries a day, this one would make ${sum.toFixed()}: wait until 00:00 UTC or raise limits.day at the device`,
    )
  },
}

export const hourTurnover: Rule = {
  tag: 'vel.hour',
  check({ kind, order, used }, { limits, currency }) {
    if (kind !== 'entry') return null
    const sum = parseDecimal(used.hour).plus(orderValue(order))
    if (sum.lte(parseDecimal(limits.hour))) return null
    return deny(
      this,
      `expected at most ${limits.hour} ${currency} of entries an hour, this one would make ${sum.toFixed()}: wait, or raise limits.hour at the device`,
    )
  },
}

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
}

/** A moment that is no number, or lies ahead, counts: it cannot be shown to be old. */
export function sentWithinMinute(
  { sentLastMinute }: Pick<RiskInput['used'], 'sentLastMinute'>,
  now: number,
): number {
  return sentLastMinute.filter((at) => !(now - at >= MINUTE_MS)).length
}

/** Cost, not worth: a gain does not shrink what the stream may still buy, nor does a loss widen it. */
export const allocation: Rule = {
  tag: 'pos.max',
  check({ kind, order, stream, held }, { streams, currency }) {
    if (kind !== 'entry') return null
    const given = streams.get(stream)?.allocation ?? '0'
    const sum = parseDecimal(held.cost).plus(orderValue(order))
    if (sum.lte(parseDecimal(given))) return null
    return deny(
      this,
      `expected ${stream} to have at most ${given} ${currency} in the market, this order would make ${sum.toFixed()}: wait for an exit or raise its allocation at the device`,
    )
  },
}

/** All streams together: ten of them may not pile up in one market. */
export const marketPosition: Rule = {
  tag: 'pos.market',
  check({ kind, order, held }, { limits, currency }) {
    if (kind !== 'entry') return null
    const sum = parseDecimal(held.onMarket).plus(orderValue(order))
    if (sum.lte(parseDecimal(limits.position))) return null
    return deny(
      this,
      `expected at most ${limits.position} ${currency} in ${order.market}, this order would make ${sum.toFixed()}: wait for an exit or raise limits.position at the device`,
    )
  },
}

export const streamBudget: Rule = {
  tag: 'budget.stream',
  check({ kind, order, stream, used }, { streams, currency }) {
    if (kind !== 'entry') return null
    const budget = streams.get(stream)?.lifetimeBudget ?? '0'
    const sum = parseDecimal(used.byStream).plus(orderValue(order))
    if (budget === 'unlimited' || sum.lte(parseDecimal(budget))) return null
    return deny(
      this,
      `expected all entries of ${stream} together to cost at most ${budget} ${currency}, this one would make ${sum.toFixed()}: raise its budget at the device if you trust it further`,
    )
  },
}

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

/** Quote, at the worst price the order allows. */
export function orderValue({ amount, price }: RiskInput['order']): Big {
  return parseDecimal(amount).times(parseDecimal(price))
}
