// No order far from the exchange's own price, none into a wide spread, and none against our own orders.

import type { Decimal } from '@keyside/protocol'
import { parseDecimal } from '../../model/decimals.ts'
import type { Quote } from '../../model/exchange.ts'
import { highestBuy, lowestSell } from '../plan/collar.ts'
import type { Policy } from '../policy/schema.ts'
import { deny, type RiskInput, type Rule, type RuleResult, type Use } from './rule.ts'

const BOOK_LIFE_MS = 5000

/** Entries keep the narrow collar, exits the wide one. A stop's collar hangs on its own trigger. */
export const priceCollar: Rule = {
  tag: 'price.collar',
  check(question, { collar }) {
    const { kind, order, now, quote } = question
    if (kind === 'stop') return stopCollar(question, collar.exit)
    if (quote === null || !isFresh(quote, now))
      return deny(
        this,
        `expected the exchange's price of ${order.market} at most ${BOOK_LIFE_MS / 1000} s old, there is none: check the connection`,
      )
    return kind === 'entry' ? entryCollar(order, quote, collar) : exitCollar(order, quote, collar)
  },
}

function entryCollar(
  order: RiskInput['order'],
  quote: Quote,
  { entry }: Policy['collar'],
): RuleResult {
  if (parseDecimal(order.price).lte(highestBuy(quote.ask, entry))) return null
  return deny(
    priceCollar,
    `expected to pay at most ${entry} % above the ask ${quote.ask}, the order says ${order.price}`,
  )
}

function exitCollar(
  order: RiskInput['order'],
  quote: Quote,
  { exit }: Policy['collar'],
): RuleResult {
  if (parseDecimal(order.price).gte(lowestSell(quote.bid, exit))) return null
  return deny(
    priceCollar,
    `expected to sell at most ${exit} % below the bid ${quote.bid}, the order says ${order.price}`,
  )
}

function stopCollar({ order }: RiskInput, percent: string): RuleResult {
  const { triggerPrice = '', price } = order
  if (
    parseDecimal(price).lte(parseDecimal(triggerPrice)) &&
    parseDecimal(price).gte(lowestSell(triggerPrice, percent))
  )
    return null
  return deny(
    priceCollar,
    `expected a stop to sell at most ${percent} % below its trigger ${triggerPrice}, the order says ${price}`,
  )
}

function isFresh({ at, bid, ask }: Quote, now: number): boolean {
  const age = now - at
  return (
    age >= -BOOK_LIFE_MS &&
    age <= BOOK_LIFE_MS &&
    parseDecimal(bid).gt(0) &&
    parseDecimal(ask).gte(parseDecimal(bid))
  )
}

/** Between a far bid and a far ask a percentage of the ask bounds nothing. */
export const spread: Rule = {
  tag: 'price.spread',
  check({ kind, quote }, { spread: most }) {
    if (kind !== 'entry') return null
    if (quote !== null && parseDecimal(quote.ask).lte(highestBuy(quote.bid, most))) return null
    const found = quote === null ? 'there is no price' : `they are ${quote.bid} and ${quote.ask}`
    return deny(
      this,
      `expected bid and ask within ${most} % of each other, ${found}: the market is too thin now`,
    )
  },
  uses: ({ quote }, { spread: most }) =>
    quote === null ? null : distanceOf(quote.ask, quote.bid, most),
}

/** How far `price` is from `from`. */
export function distanceOf(price: Decimal, from: Decimal, percent: Decimal): Use {
  const base = parseDecimal(from)
  const used = parseDecimal(price).minus(base).abs().div(base).times(100)
  return { used, limit: parseDecimal(percent), unit: 'percent' }
}

/** Buying from oneself pays fees for nothing. A stop that waits sells below the market and cannot be met. */
export const selfTrade: Rule = {
  tag: 'self.trade',
  check({ kind, order, ownSales }) {
    if (kind !== 'entry') return null
    const met = ownSales.find((price) => parseDecimal(order.price).gte(parseDecimal(price)))
    if (met === undefined) return null
    return deny(
      this,
      `expected a price below your own sale at ${met} on ${order.market}, the order says ${order.price}: it would buy from you`,
    )
  },
}
