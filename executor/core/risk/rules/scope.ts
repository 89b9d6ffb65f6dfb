// Which markets, which streams, which kinds of order.
import { parseDecimal } from '../../model/decimals.ts'
import { deny, type RiskInput, type Rule } from './rule.ts'

/** Exact names only. A market off the list may still be left, never entered. */
export const symbols: Rule = {
  tag: 'sym.allow',
  check(question, policy) {
    const { order, rules, kind, stream, mapping } = question
    if (rules === null)
      return deny(
        this,
        `the exchange's rules for ${order.market} are not loaded: wait, or check the connection`,
      )
    // ccxt takes a market id for a symbol, so the name alone proves nothing.
    if (rules.market !== order.market || `${rules.base}/${rules.quote}` !== order.market)
      return deny(
        this,
        `expected the spot market ${order.market}, the exchange says ${rules.market} (${rules.base} for ${rules.quote})`,
      )
    if (rules.quote !== policy.currency)
      return deny(
        this,
        `${order.market} is not paid in ${policy.currency}: change currency in the policy or the strategy's market`,
      )
    if (kind !== 'entry') return null
    if (rules.status === 'halted' || rules.status === 'gone')
      return deny(
        this,
        `the exchange ${rules.status === 'gone' ? `has no market ${order.market} any more` : `does not trade ${order.market} now`}: nothing is bought there until it does`,
      )
    const allowed =
      policy.markets.includes(order.market) &&
      policy.streams.get(stream)?.markets.includes(mapping?.market ?? order.market) !== false
    return allowed
      ? null
      : deny(
          this,
          `${order.market} is not in the policy's markets for ${stream}: add it at the device if you want it`,
        )
  },
}

/** Real money takes a word of the trader's; a proved sandbox always may. What is held can be left without it. */
export const environment: Rule = {
  tag: 'env.real',
  check({ kind, realMoney }, policy) {
    if (kind !== 'entry' || realMoney === 'no' || policy.realMoney === 'yes') return null
    return deny(
      this,
      'the policy says "real_money: no", and this exchange is real or has not proved to be your sandbox: change it at the device when you are ready',
    )
  },
}

/** A stream without an allocation has no money. Its exits pass: what it bought may be sold. */
export const streams: Rule = {
  tag: 'stream.allow',
  check({ kind, stream }, policy) {
    if (kind !== 'entry' || policy.streams.has(stream)) return null
    return deny(
      this,
      `the stream ${stream} has no allocation in the policy: add it at the device if you want to follow it`,
    )
  },
}

/** Long only, and no order without a limit price. */
export const types: Rule = {
  tag: 'type.allow',
  check({ kind, order }) {
    if (parseDecimal(order.amount).lte(0) || parseDecimal(order.price).lte(0))
      return deny(
        this,
        `expected an amount and a price above zero, got ${order.amount} at ${order.price}`,
      )
    if (fits(kind, order)) return null
    return deny(
      this,
      `expected an entry that buys or an exit or stop that sells, with a limit price, got an ${kind} to ${order.side} of type ${order.type}`,
    )
  },
}

function fits(kind: RiskInput['kind'], { side, type, triggerPrice }: RiskInput['order']): boolean {
  switch (kind) {
    case 'entry':
      return side === 'buy' && type === 'limit' && triggerPrice === undefined
    case 'exit':
      return side === 'sell' && type === 'limit' && triggerPrice === undefined
    case 'stop':
      return side === 'sell' && type === 'stop_limit' && triggerPrice !== undefined
    default:
      return false
  }
}
