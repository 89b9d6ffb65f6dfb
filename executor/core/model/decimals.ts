// Exact decimal arithmetic for prices and amounts: nothing here divides inexactly.

import { type Decimal, isTotal, TOTAL_DIGITS, toTotal, WIRE_PLACES } from '@keyside/protocol'
import Big from 'big.js'
import type { Fee } from './exchange.ts'

/** Reads a decimal or a total. Throws a RangeError for anything else, so that no NaN, sign or exponent slips by. */
export function parseDecimal(text: Decimal): Big {
  const known = BIGS.get(text)
  if (known !== undefined) return known
  if (!isTotal(text)) throw new RangeError(`not a wire decimal: ${JSON.stringify(text)}`)
  return remember(BIGS, text, new Big(text))
}

// The same texts are read by one rule after the other, and again with the next order. A `Big` never changes.
const BIGS = new Map<Decimal, Big>()
const UNITS = new Map<Decimal, bigint>()
const MAX_KNOWN = 4_096

function remember<Value>(known: Map<Decimal, Value>, text: Decimal, value: Value): Value {
  if (known.size >= MAX_KNOWN) known.clear()
  known.set(text, value)
  return value
}

function big(text: Decimal): Big {
  return BIGS.get(text) ?? new Big(text)
}

/** Of a sentence: what a signal or an exchange has written as "0.30000000" is 0.3 to a person. */
export function withoutZeros(sentence: string): string {
  return sentence.replace(/(?<![\w.])\d+\.\d*0(?![\w.])/g, (number) => new Big(number).toFixed())
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

/** What does not fit into 12 places makes it larger, never smaller. */
export function decimalAbove(value: Big): Decimal {
  return toTotal(value.round(12, Big.roundUp))
}

// Sums of decimal strings.
export function plus(a: Decimal, b: Decimal): Decimal {
  return toTotal(big(a).plus(big(b)))
}

/** 0 when `b` is larger: fees and rounding may take more than is left. */
export function minus(a: Decimal, b: Decimal): Decimal {
  const left = big(a).minus(big(b))
  return left.lt(0) ? '0' : toTotal(left)
}

/** Cut past 12 places. */
export function times(a: Decimal, b: Decimal): Decimal {
  return toTotal(big(a).times(big(b)))
}

/** Null for a ratio to nothing. Cut past 12 places. */
export function ratio(a: Decimal, b: Decimal): Decimal | null {
  return isZero(b) ? null : toTotal(big(a).div(big(b)))
}

export function isZero(a: Decimal): boolean {
  return !/[1-9]/.test(a)
}

/** Exact, like `plus` from one to the next, and much faster. */
export function sum(all: Iterable<Decimal>): Decimal {
  let total = 0n
  for (const one of all) total += units(one)
  return decimalOf(total)
}

/** In the last place that a wire decimal has. */
export function units(a: Decimal): bigint {
  return UNITS.get(a) ?? remember(UNITS, a, readUnits(a))
}

function readUnits(a: Decimal): bigint {
  const point = a.indexOf('.')
  if (point < 0) return BigInt(a) * UNIT
  return BigInt(a.slice(0, point) + a.slice(point + 1).padEnd(WIRE_PLACES, '0'))
}

/** `units` of what `times` gives. */
export function unitsOfProduct(a: Decimal, b: Decimal): bigint {
  return (units(a) * units(b)) / UNIT
}

/** Throws a RangeError if it does not fit. */
export function decimalOf(count: bigint): Decimal {
  if (count < 0n || count >= END) throw new RangeError(`not a wire decimal: ${count} last places`)
  const digits = count.toString().padStart(WIRE_PLACES + 1, '0')
  const whole = digits.slice(0, -WIRE_PLACES)
  const places = digits.slice(-WIRE_PLACES).replace(/0+$/, '')
  return places === '' ? whole : `${whole}.${places}`
}

const UNIT = 10n ** BigInt(WIRE_PLACES)
const END = 10n ** BigInt(TOTAL_DIGITS) * UNIT

export function atLeast(a: Decimal, b: Decimal): boolean {
  return big(a).gte(big(b))
}

/** One sum for each currency, and for each minute where they have prices of their own. */
export function addFee(fees: readonly Fee[], fee: Fee): readonly Fee[] {
  const known = fees.find(
    ({ currency, minute }) => currency === fee.currency && minute === fee.minute,
  )
  if (known === undefined) return [...fees, fee]
  const others = fees.filter((one) => one !== known)
  return [...others, { ...fee, amount: plus(known.amount, fee.amount) }]
}

/** One sum for each currency. */
export function feesByCurrency(fees: readonly Fee[]): readonly Fee[] {
  return fees
    .map(({ currency, amount }) => ({ currency, amount }))
    .reduce<readonly Fee[]>(addFee, [])
}
