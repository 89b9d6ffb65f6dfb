// Money on the wire: plain decimal strings, never numbers.
import Big from 'big.js'
import { z } from 'zod'

/** A non-negative decimal: at most 12 digits before the point and 12 behind it, no sign, no exponent. */
export type Decimal = string

/** Digits behind the point. */
export const WIRE_PLACES = 12

const DECIMAL = /^(?:0|[1-9]\d{0,11})(?:\.\d{1,12})?$/

export const decimal = z.string().regex(DECIMAL, 'expected a decimal string such as "0.015"')

export const positiveDecimal = decimal.refine(
  (text) => /[1-9]/.test(text),
  'expected a decimal above zero',
)

export function isDecimal(text: unknown): text is Decimal {
  return typeof text === 'string' && DECIMAL.test(text)
}

/** Writes a value as a wire decimal, cutting (not rounding up) past 12 places. Throws a RangeError if it does not fit. */
export function toDecimal(value: Big | string): Decimal {
  const text = trimZeros(new Big(value).round(WIRE_PLACES, Big.roundDown).toFixed())
  if (!DECIMAL.test(text)) throw new RangeError(`not a wire decimal: ${text}`)
  return text
}

function trimZeros(fixed: string): string {
  return fixed.includes('.') ? fixed.replace(/\.?0+$/, '') : fixed
}
