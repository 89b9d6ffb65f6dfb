import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decimals, wholeNumbers } from './arithmetic.ts'

const big = decimals(8)
const whole = wholeNumbers({ amount: 8, price: 2 })

test.each(['', '-1', '1e3', '1.', '.5', 'NaN', '0x1'])('neither reads %j', (text) => {
  expect(() => big.amount.parse(text)).toThrow(RangeError)
  expect(() => whole.amount.parse(text)).toThrow(RangeError)
})

test('whole numbers refuse what does not fit, and hold what a double cannot', () => {
  expect(() => whole.price.parse('1.001')).toThrow(RangeError)
  expect(whole.price.parse('1.010')).toBe(101n)
  expect(whole.value.format(whole.value.parse('900719925474099.1234567891'))).toBe(
    '900719925474099.1234567891',
  )
  expect(whole.amount.format(-5n)).toBe('-0.00000005')
})

test.each([
  ['down', '0.00000012'],
  ['nearest', '0.00000012'],
  ['up', '0.00000013'],
] as const)('rounds a share %s to the smallest unit', (rounding, expected) => {
  const of = '0.000123'
  expect(whole.amount.format(whole.share(whole.amount.parse(of), '0.001', rounding))).toBe(expected)
  expect(big.share(big.amount.parse(of), '0.001', rounding).toFixed()).toBe(expected)
})

const decimal = (places: number, most: number) =>
  fc
    .integer({ min: 1, max: most })
    .map((count) => (count / 10 ** places).toFixed(places).replace(/\.?0+$/, ''))

test('decimals and whole numbers count the same', () => {
  fc.assert(
    fc.property(decimal(5, 1e8), decimal(2, 1e8), decimal(5, 1e4), (amount, price, step) => {
      const [a, p, s] = [big.amount.parse(amount), big.price.parse(price), big.amount.parse(step)]
      const [wa, wp, ws] = [
        whole.amount.parse(amount),
        whole.price.parse(price),
        whole.amount.parse(step),
      ]
      expect(whole.amount.format(wa)).toBe(big.amount.format(a))
      expect(whole.value.format(whole.multiply(wp, wa))).toBe(big.value.format(big.multiply(p, a)))
      expect(whole.amount.format(whole.floor(wa, ws))).toBe(big.amount.format(big.floor(a, s)))
      const value = big.multiply(p, a)
      const wanted = big.amount.format(big.affordable(value, p, s))
      expect(whole.amount.format(whole.affordable(whole.multiply(wp, wa), wp, ws))).toBe(wanted)
      expect(Math.sign(whole.compare(wa, ws))).toBe(Math.sign(big.compare(a, s)))
    }),
  )
})
