import Big from 'big.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Position } from '../model/position.ts'
import { EMPTY_PORTFOLIO, type Portfolio } from '../model/state.ts'
import { allocateMissing } from './discrepancies.ts'

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
] as const)('%s', ([_, positions, short, expected]) => {
  expect(allocateMissing(bookOf(positions), 'BTC', short, () => STEP)).toEqual(expected)
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
      const short = held.lt(gone) ? held.toFixed() : gone
      const shares = allocateMissing(bookOf(positions), 'BTC', short, () => STEP)
      const all = Object.values(shares).reduce((sum, part) => sum.plus(part), new Big(0))
      expect(all.eq(short), `${all.toFixed()} of ${short}`).toBe(true)
      for (const [key, [amount]] of Object.entries(positions))
        expect(new Big(shares[key] ?? 0).lte(amount)).toBe(true)
    }),
  )
})
