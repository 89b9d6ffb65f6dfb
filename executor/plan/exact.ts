// Exact decimal arithmetic for prices and amounts: nothing here divides inexactly.
import { type Decimal, isDecimal, toDecimal } from '@keyside/protocol'
import Big from 'big.js'

/** Reads a wire decimal. Throws a RangeError for anything else, so that no NaN, sign or exponent slips by. */
export function exact(text: Decimal): Big {
  if (!isDecimal(text)) throw new RangeError(`not a wire decimal: ${JSON.stringify(text)}`)
  return new Big(text)
}

/** The largest multiple of `step` that is not above `value`. */
export function floorTo(value: Big, step: Big): Big {
  return value.minus(value.mod(step))
}

/** The smallest multiple of `step` that is not below `value`. */
export function ceilTo(value: Big, step: Big): Big {
  const floor = floorTo(value, step)
  return floor.eq(value) ? floor : floor.plus(step)
}

/** How many whole `unit`s fit into `value`. */
export function timesIn(value: Big, unit: Big): Big {
  return floorTo(value, unit).div(unit)
}

/** `percent` of `value`, without dividing. */
export function percentOf(value: Big, percent: Big): Big {
  return value.times(percent).times('0.01')
}

/** Writes as a wire decimal; what does not fit into 12 places makes it larger, never smaller. */
export function decimalAbove(value: Big): Decimal {
  return toDecimal(value.round(12, Big.roundUp))
}
