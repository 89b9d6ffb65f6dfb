import Big from 'big.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Position } from '../model/position.ts'
import { EMPTY_PORTFOLIO, type Portfolio } from '../model/state.ts'
import { allocateMissing, findDiscrepancies } from './discrepancies.ts'

const STEP = '0.00001'
const A = 'a BTC/USDT'
const B = 'b BTC/USDT'

/** Amount, what was missing before, and what a stop of its own holds. */
function bookOf(positions: Record<string, readonly [string, string?, string?]>): Portfolio {
  const all = Object.entries(positions).map(([key, [amount, missing = '0']]) => {
    const [stream = '', market = ''] = key.split(' ')
    return [key, { stream, market, amount, missing } as Position]
  })
  const stops = Object.entries(positions).flatMap(([key, [, , locked]]) => {
    const [stream = '', market = ''] = key.split(' ')
    const request = { side: 'sell', amount: locked }
    const order = { stream, kind: 'stop', state: 'accepted', filled: '0', intent: { market } }
    return locked === undefined ? [] : [[key, { ...order, planned: { request, holds: 'coins' } }]]
  })
  return {
    ...EMPTY_PORTFOLIO,
    positions: Object.fromEntries(all),
    orders: Object.fromEntries(stops) as Portfolio['orders'],
  }
}

test.for([
  ['one position lacks all of it', { [A]: ['0.005'] }, '0.00001', { [A]: '0.00001' }],
  [
    'what no stop holds is missing first',
    { [A]: ['0.005', '0', '0.005'], [B]: ['0.005'] },
    '0.001',
    { [A]: '0', [B]: '0.001' },
  ],
  [
    'before whole steps the amounts below a step, which cannot be sold',
    { [A]: ['0.004975', '0', '0.00497'], [B]: ['0.004975', '0', '0.00497'] },
    '0.00001',
    { [A]: '0.000005', [B]: '0.000005' },
  ],
  [
    'those that are alike share, in whole steps',
    { [A]: ['0.003'], [B]: ['0.001'] },
    '0.00102',
    { [A]: '0.00077', [B]: '0.00025' },
  ],
  [
    'what was sold meanwhile makes nobody else lack more',
    { [A]: ['0.001', '0.001'], [B]: ['0.005'] },
    '0.001',
    { [A]: '0.001', [B]: '0' },
  ],
  [
    'what comes back goes to those that lack it',
    { [A]: ['0.003', '0.003'], [B]: ['0.001', '0.001'] },
    '0.001',
    { [A]: '0.00075', [B]: '0.00025' },
  ],
  [
    'of another coin nothing is taken',
    { [A]: ['0.005'], 'b ETH/USDT': ['1'] },
    '0.001',
    { [A]: '0.001' },
  ],
] as const)('%s', ([_, positions, missing, expected]) => {
  expect(allocateMissing(bookOf(positions), 'BTC', missing, () => STEP)).toEqual(expected)
})

test('all that is missing is shared out, and nobody lacks more than it has', () => {
  const units = fc
    .integer({ min: 0, max: 1_000_000 })
    .map((n) => new Big(n).times('1e-6').toFixed())
  const one = fc.tuple(units, fc.boolean()).map(([amount, isLocked]) => {
    return isLocked ? ([amount, '0', amount] as const) : ([amount] as const)
  })
  fc.assert(
    fc.property(one, one, one, units, (a, b, c, gone) => {
      const positions = { [A]: a, [B]: b, 'c BTC/USDT': c }
      const held = [a, b, c].reduce((sum, [amount]) => sum.plus(amount), new Big(0))
      const missing = held.lt(gone) ? held.toFixed() : gone
      const shares = allocateMissing(bookOf(positions), 'BTC', missing, () => STEP)
      const all = Object.values(shares).reduce((sum, part) => sum.plus(part), new Big(0))
      expect(all.eq(missing), `${all.toFixed()} of ${missing}`).toBe(true)
      for (const [key, [amount]] of Object.entries(positions))
        expect(new Big(shares[key] ?? 0).lte(amount)).toBe(true)
    }),
  )
})

/** One position of 0.005, of which `there` is left, beside an order of another stream that is unknown. */
function seen(side: 'buy' | 'sell', amount: string, filled: string, there: string) {
  const book = bookOf({ [A]: ['0.005'] })
  const request = { side, amount }
  const order = { stream: 'b', state: 'unknown', filled, intent: { market: 'BTC/USDT' } }
  const orders = { other: { ...order, planned: { request } } } as unknown as Portfolio['orders']
  const look = { exchangeBalance: there, used: '0', observed: [], next: 0 }
  const { coins, missing } = findDiscrepancies({ ...book, orders }, 'BTC/USDT', look)
  return { coins, missing }
}

test.for([
  [
    'a purchase of which nobody heard explains nothing',
    'buy',
    '0.002',
    '0',
    '0.004',
    'missing',
    '0.001',
  ],
  [
    'what a purchase has brought may not be in the balance yet',
    'buy',
    '0.002',
    '0.001',
    '0.004',
    'pending',
    '0',
  ],
  ['a sale of which nobody heard may have taken it', 'sell', '0.002', '0', '0.003', 'pending', '0'],
  ['a sale takes no more than its rest', 'sell', '0.002', '0.001', '0.003', 'missing', '0.001'],
  ['all is there', 'sell', '0.002', '0', '0.005', 'present', '0'],
] as const)('%s', ([_, side, amount, filled, there, coins, missing]) => {
  expect(seen(side, amount, filled, there)).toEqual({ coins, missing })
})

test('an order of which more is filled than was ordered locks nothing, and explains nothing that is gone', () => {
  const book = bookOf({ [A]: ['0.005', '0', '0.005'], [B]: ['0.005'] })
  const [stop] = Object.values(book.orders)
  if (stop === undefined) throw new Error('there is no stop')
  const orders = { [A]: { ...stop, filled: '0.006' } } as Portfolio['orders']
  const observed = { exchangeBalance: '0.007', used: '0', observed: [], next: 0 }
  expect(findDiscrepancies({ ...book, orders }, 'BTC/USDT', observed)).toMatchObject({
    coins: 'missing',
    there: '0.007',
    missing: '0.003',
  })
})
