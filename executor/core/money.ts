// Sums of decimal strings.
import { type Decimal, toDecimal } from '@keyside/protocol'
import Big from 'big.js'
import type { Fee } from './state.ts'

export function plus(a: Decimal, b: Decimal): Decimal {
  return toDecimal(new Big(a).plus(b))
}

/** 0 when `b` is larger: fees and rounding may take more than is left. */
export function minus(a: Decimal, b: Decimal): Decimal {
  const left = new Big(a).minus(b)
  return left.lt(0) ? '0' : toDecimal(left)
}

/** Cut past 12 places. */
export function times(a: Decimal, b: Decimal): Decimal {
  return toDecimal(new Big(a).times(b))
}

/** Null for a ratio to nothing. Cut past 12 places. */
export function ratio(a: Decimal, b: Decimal): Decimal | null {
  return new Big(b).eq(0) ? null : toDecimal(new Big(a).div(b))
}

export function isZero(a: Decimal): boolean {
  return new Big(a).eq(0)
}

export function atLeast(a: Decimal, b: Decimal): boolean {
  return new Big(a).gte(b)
}

/** One sum for each currency. */
export function addFee(fees: readonly Fee[], fee: Fee): readonly Fee[] {
  const known = fees.find(({ currency }) => currency === fee.currency)
  if (known === undefined) return [...fees, fee]
  const others = fees.filter((one) => one !== known)
  return [...others, { currency: fee.currency, amount: plus(known.amount, fee.amount) }]
}
