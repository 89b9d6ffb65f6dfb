import { toDecimal } from '@keyside/protocol'
import Big from 'big.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  ceilTo,
  decimalAbove,
  decimalOf,
  floorTo,
  isZero,
  plus,
  sum,
  times,
  units,
  unitsOfProduct,
  withoutZeros,
} from './decimals.ts'

const digits = (most: number) => fc.bigInt({ min: 0n, max: 10n ** BigInt(most) - 1n })
/** Up to nine digits before the point and twelve behind it, so that a sum of some still fits. */
const decimal = digits(21).map((count) => toDecimal(new Big(count.toString()).times('1e-12')))
const small = digits(17).map((count) => toDecimal(new Big(count.toString()).times('1e-12')))

test('what does not fit into twelve places is written larger, never smaller', () => {
  expect(decimalAbove(new Big('1.0000000000001'))).toBe('1.000000000001')
  expect(decimalAbove(new Big('0.0000000000001'))).toBe('0.000000000001')
  expect(decimalAbove(new Big('1.000000000001'))).toBe('1.000000000001')
})

test('a price is cut to its step downwards or upwards, and stays where it is on one', () => {
  const [tick, price] = [new Big('0.00000003'), new Big('0.00000050')]
  expect(floorTo(price, tick).toFixed()).toBe('0.00000048')
  expect(ceilTo(price, tick).toFixed()).toBe('0.00000051')
  expect(ceilTo(new Big('0.00000051'), tick).toFixed()).toBe('0.00000051')
})

test('a sum in whole units is the one of addition after addition', () => {
  fc.assert(
    fc.property(fc.array(decimal, { maxLength: 30 }), (all) => {
      expect(sum(all)).toBe(all.reduce(plus, '0'))
    }),
    { seed: 1 },
  )
})

test('a product in whole units is cut where a wire decimal is', () => {
  fc.assert(
    fc.property(small, small, (a, b) => {
      expect(decimalOf(unitsOfProduct(a, b))).toBe(times(a, b))
      expect(decimalOf(units(a))).toBe(a)
      expect(isZero(a)).toBe(new Big(a).eq(0))
    }),
    { seed: 1 },
  )
})

test('zeros behind the point change nothing, and what does not fit is refused', () => {
  expect(sum(['1.50', '0.5'])).toBe('2')
  expect(isZero('0.000')).toBe(true)
  expect(() => sum(['9'.repeat(30), '1'])).toThrow(RangeError)
})

test.each([
  ['got 0.30000000, at most 5.0 %', 'got 0.3, at most 5 %'],
  ['of 10.00 USDT (0.10): raise it', 'of 10 USDT (0.1): raise it'],
  ['100 orders a day, 0.05 at 20', '100 orders a day, 0.05 at 20'],
  ['acme/v1.10 runs 26.10.0 at 10.0.0.1', 'acme/v1.10 runs 26.10.0 at 10.0.0.1'],
])('%j is told without the zeros that say nothing', (said, told) => {
  expect(withoutZeros(said)).toBe(told)
})
