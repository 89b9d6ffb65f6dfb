import Big from 'big.js'
import { expect, test } from 'vitest'
import { ceilTo, decimalAbove, floorTo } from './decimals.ts'

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
