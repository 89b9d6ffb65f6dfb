// The worst price that an order may carry: a percentage away from the exchange's own book.
import type { Decimal } from '@keyside/protocol'
import type Big from 'big.js'
import { exact, percentOf } from '../../model/decimals.ts'

/** The highest price to pay: `percent` above the best ask. */
export function highestBuy(ask: Decimal, percent: Decimal): Big {
  return exact(ask).plus(percentOf(exact(ask), exact(percent)))
}

/** The lowest price to take: `percent` below the best bid (or below a stop's trigger). */
export function lowestSell(bid: Decimal, percent: Decimal): Big {
  return exact(bid).minus(percentOf(exact(bid), exact(percent)))
}
