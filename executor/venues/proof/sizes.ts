// The smallest order that a market takes, and the prices of a proof: what fills at once, and what never does.
import { type Decimal, toDecimal } from '@keyside/protocol'
import Big from 'big.js'
import type { MarketRules, Quote } from '../../core/model/exchange.ts'

export interface Sizes {
  /** Base; also what is left of it after a fee is enough for one sale. */
  readonly amount: Decimal
  /** A purchase that waits: the price would have to fall by a fifth. */
  readonly restPrice: Decimal
  /** A sale that waits. */
  readonly highPrice: Decimal
  /** Fills at once. */
  readonly buyPrice: Decimal
  readonly sellPrice: Decimal
  /** What one purchase is paid with at most, quote. */
  readonly value: Decimal
  /** What a purchase and its sale cost at most besides what the price does in between, quote. */
  readonly roundTrip: Decimal
}

const REST = 0.8
const HIGH = 1.25
const BUY = 1.003
const SELL = 0.97
/** A resting order is worth less than it would be now, and a fee and a price that moves take some more. */
const ROOM = 1.4

export function sizesOf(rules: MarketRules, { bid, ask }: Quote): Sizes {
  const least = new Big(rules.minValue).div(bid).times(ROOM)
  const enough = [new Big(rules.minAmount).times(1.1), new Big(rules.step).times(2), least]
  const amount = toStep(max(enough), rules.step, Big.roundUp)
  const buyPrice = toStep(new Big(ask).times(BUY), rules.tick, Big.roundUp)
  const value = new Big(amount).times(buyPrice)
  const fees = value.times(rules.takerFee).times(2)
  return {
    amount,
    buyPrice,
    restPrice: priceAt(bid, REST, rules),
    highPrice: priceAt(bid, HIGH, rules),
    sellPrice: priceAt(bid, SELL, rules),
    value: toDecimal(value.round(2, Big.roundUp)),
    roundTrip: toDecimal(
      value
        .times(BUY - SELL)
        .plus(fees)
        .round(2, Big.roundUp),
    ),
  }
}

export function priceAt(price: Decimal, share: number, { tick }: MarketRules): Decimal {
  return toStep(new Big(price).times(share), tick, Big.roundDown)
}

/** The nearest number of steps in that direction. */
export function toStep(value: Big, step: Decimal, rounding: 0 | 3): Decimal {
  return toDecimal(new Big(value).div(step).round(0, rounding).times(step))
}

function max(values: readonly Big[]): Big {
  return values.reduce((most, value) => (value.gt(most) ? value : most))
}
