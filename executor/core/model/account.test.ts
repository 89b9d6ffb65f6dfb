// What one trade does to an account, and what stays when nobody else touches it.
import { expect, test } from 'vitest'
import {
  explainedAt,
  isUnmoved,
  movedBy,
  NO_ACCOUNT,
  restOf,
  signed,
  withExplained,
  withOwnTrade,
  withRest,
} from './account.ts'

const MARKET = 'BTC/USDT'
const trade = { amount: '0.5', price: '60000' }
const BNB = { currency: 'BNB', amount: '0.01' }

test.each([
  ['buy', {}, { BTC: '0.5', USDT: '-30000' }],
  ['sell', {}, { BTC: '-0.5', USDT: '30000' }],
  ['buy', { fee: { currency: 'BTC', amount: '0.0005' } }, { BTC: '0.4995', USDT: '-30000' }],
  ['sell', { fee: BNB }, { BTC: '-0.5', USDT: '30000', BNB: '-0.01' }],
  [
    'buy',
    { fee: { currency: 'USDT', amount: '0' }, rebate: { currency: 'USDT', amount: '3' } },
    { BTC: '0.5', USDT: '-29997' },
  ],
] as const)('a %s with %j moves %j', (side, more, moved) => {
  expect(movedBy(side, MARKET, { ...trade, ...more })).toEqual(moved)
})

test('what is there less the own trades is at rest, to the last digit without a trade, and to a hundred-millionth with one', () => {
  const before = withRest(NO_ACCOUNT, { rest: { USDT: '100000' }, at: 1 })
  expect(isUnmoved(before, 'USDT', restOf(before, 'USDT', '100000.000000000001'))).toBe(false)
  const after = withOwnTrade(before, movedBy('buy', MARKET, trade))
  expect(isUnmoved(after, 'USDT', restOf(after, 'USDT', '70000'))).toBe(true)
  expect(isUnmoved(after, 'USDT', restOf(after, 'USDT', '70000.00000001'))).toBe(true)
  expect(isUnmoved(after, 'USDT', restOf(after, 'USDT', '69999.99'))).toBe(false)
  expect(isUnmoved(after, 'BTC', restOf(after, 'BTC', '0.5'))).toBe(true)
  expect(isUnmoved(after, 'DOGE', restOf(after, 'DOGE', '1'))).toBe(false)
})

test('what somebody was told to have traded explains as much for ten minutes, and once', () => {
  const told = withExplained(NO_ACCOUNT, movedBy('sell', MARKET, trade), 1_000)
  expect(explainedAt(told, 'USDT', 600_000).toFixed()).toBe('30000')
  expect(explainedAt(told, 'USDT', 700_000).toFixed()).toBe('0')
  const seen = withRest(told, { rest: { USDT: '30000' }, at: 2_000 })
  expect(explainedAt(seen, 'USDT', 2_000).toFixed()).toBe('0')
  expect(explainedAt(seen, 'BTC', 2_000).toFixed()).toBe('-0.5')
})

test('what came is named before what went, and not more than there is room for', () => {
  expect(signed({ USDT: '-1500', ETH: '0.5' })).toBe('+0.5 ETH, -1500 USDT')
  expect(signed({ A: '1', B: '-2', C: '3' }, 2)).toBe('+1 A, +3 C and 1 more')
})
