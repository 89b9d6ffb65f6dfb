// Money on the wire: plain decimal strings, never numbers.
import Big from 'big.js'
import { z } from 'zod'

/** A non-negative decimal: at most 12 digits before the point and 12 behind it, no sign, no exponent. */
export type Decimal = string

/** Digits behind the point. */
export const WIRE_PLACES = 12

const DECIMAL = /^(?:0|[1-9]\d{0,11})(?:\.\d{1,12})?$/

/** Digits before the point of a total: as many as a million products of two decimals have. */
export const TOTAL_DIGITS = 30

const TOTAL = new RegExp(`^(?:0|[1-9]\\d{0,${TOTAL_DIGITS - 1}})(?:\\.\\d{1,${WIRE_PLACES}})?$`)

export const decimal = z.string().regex(DECIMAL, 'expected a decimal string such as "0.015"')

export const positiveDecimal = aboveZero(decimal)

/** What a device tells of what adds up, or of what something is worth: a decimal with up to 30 digits before the point. */
export const total = z.string().regex(TOTAL, 'expected a decimal string such as "0.015"')

export const positiveTotal = aboveZero(total)

function aboveZero(of: z.ZodString) {
  return of.refine((text) => /[1-9]/.test(text), 'expected a decimal above zero')
}

export function isTotal(text: unknown): text is Decimal {
  return typeof text === 'string' && TOTAL.test(text)
}

export function isDecimal(text: unknown): text is Decimal {
  return typeof text === 'string' && DECIMAL.test(text)
}

/** Writes a value as a wire decimal, cutting (not rounding up) past 12 places. Throws a RangeError if it does not fit. */
export function toDecimal(value: Big | string): Decimal {
  return written(value, DECIMAL)
}

/** As `toDecimal`, what a total holds. */
export function toTotal(value: Big | string): Decimal {
  return written(value, TOTAL)
}

function written(value: Big | string, as: RegExp): Decimal {
  const text = trimZeros(new Big(value).round(WIRE_PLACES, Big.roundDown).toFixed())
  if (!as.test(text)) throw new RangeError(`not a wire decimal: ${text}`)
  return text
}

function trimZeros(fixed: string): string {
  return fixed.includes('.') ? fixed.replace(/\.?0+$/, '') : fixed
}
