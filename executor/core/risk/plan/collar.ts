// The worst price that an order may carry: a percentage away from the exchange's own book.
import type { Decimal } from '@keyside/protocol'
import type Big from 'big.js'
import { parseDecimal, percentOf } from '../../model/decimals.ts'

/** The highest price to pay: `percent` above the best ask. */
export function highestBuy(ask: Decimal, percent: Decimal): Big {
  return parseDecimal(ask).plus(percentOf(parseDecimal(ask), parseDecimal(percent)))
}

/** The lowest price to take: `percent` below the best bid (or below a stop's trigger). */
export function lowestSell(bid: Decimal, percent: Decimal): Big {
  return parseDecimal(bid).minus(percentOf(parseDecimal(bid), parseDecimal(percent)))
}
