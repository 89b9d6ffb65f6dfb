// What keeps an amount and a price outside the exchange's own limits.
import { WIRE_PLACES } from '@keyside/protocol'
import Big from 'big.js'
import { parseDecimal } from '../../model/decimals.ts'
import type { MarketRules } from '../../model/exchange.ts'
import { type Unplanned, unplanned } from './result.ts'

/** A wire decimal has at most 12 digits before the point. */
export const WIRE_END = '1000000000000'

/** How much one order may be about, and be worth: rounded up to the last place that a decimal has, it is still one. */
const MOST = new Big(WIRE_END).minus('0.000000000001')

/** As much of `amount` as the exchange takes at once, and as can be said of one order; `price` above 0. */
export function withinOneOrder(amount: Big, price: Big, rules: MarketRules): Big {
  const sayable = MOST.div(price).round(WIRE_PLACES, Big.roundDown)
  return [parseDecimal(rules.maxAmount), MOST, sayable].reduce(
    (least, one) => (one.lt(least) ? one : least),
    amount,
  )
}

export function marketLimitProblem(amount: Big, price: Big, rules: MarketRules): Unplanned | null {
  if (amount.lte(0))
    return unplanned(
      'size_zero',
      `the size comes to less than one step of ${rules.step} ${rules.base}: raise the stream's allocation or the signal's size`,
    )
  return tooSmall(amount, price, rules) ?? tooLarge(amount, price, rules)
}

function tooSmall(amount: Big, price: Big, rules: MarketRules): Unplanned | null {
  const value = amount.times(price)
  if (amount.gte(parseDecimal(rules.minAmount)) && value.gte(parseDecimal(rules.minValue)))
    return null
  return unplanned(
    'size_below_minimum',
    `expected at least ${rules.minAmount} ${rules.base} and ${rules.minValue} ${rules.quote}, got ${amount.toFixed()} ${rules.base} for ${value.toFixed()} ${rules.quote}: raise the stream's allocation or the signal's size`,
  )
}

function tooLarge(amount: Big, price: Big, rules: MarketRules): Unplanned | null {
  const fits = price.lt(WIRE_END) && [amount, amount.times(price)].every((one) => one.lte(MOST))
  if (fits && amount.lte(parseDecimal(rules.maxAmount))) return null
  return unplanned(
    'size_above_maximum',
    `expected at most ${rules.maxAmount} ${rules.base} and less than ${WIRE_END} of ${rules.base} and ${rules.quote}, got ${amount.toFixed()} at ${price.toFixed()}: lower the signal's size`,
  )
}
