// What was paid for what is held, taken from the oldest on.
import Big from 'big.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addTaken, addToLots, type Lot, takeFromLots } from './lots.ts'

const lot = (order: string, amount: string, cost: string, fee = '0'): Lot => ({
  order,
  at: order === 'a' ? 1_000 : 2_000,
  amount,
  cost,
  fees: fee === '0' ? [] : [{ currency: 'BNB', amount: fee }],
})

test('the oldest is taken first, then a part of the next', () => {
  const lots = [lot('a', '1', '100', '0.2'), lot('b', '2', '180', '0.3')]
  expect(takeFromLots(lots, '2')).toEqual({
    left: [lot('b', '1', '90', '0.15')],
    boughtAt: 1_000,
    amount: '2',
    cost: '190',
    fees: [{ currency: 'BNB', amount: '0.35' }],
  })
})

test('what nobody paid for is not taken', () => {
  expect(takeFromLots([lot('a', '1', '100')], '1.5')).toMatchObject({
    amount: '1',
    cost: '100',
    left: [],
  })
  expect(takeFromLots([], '1')).toMatchObject({ amount: '0', cost: '0' })
})

test('a sale in parts was held from the oldest purchase to its last part', () => {
  const lots = [lot('a', '1', '100'), lot('b', '1', '90')]
  const first = takeFromLots(lots, '1')
  const one = addTaken({ amount: '0', cost: '0', fees: [] }, first, 5_000)
  const both = addTaken(one, takeFromLots(first.left, '1'), 9_000)
  expect(one).toMatchObject({ boughtAt: 1_000, soldAt: 5_000 })
  expect(both).toMatchObject({ boughtAt: 1_000, soldAt: 9_000, cost: '190' })
})

test('what one order brings in parts is one lot', () => {
  const lots = [lot('a', '1', '100', '0.1'), lot('b', '1', '90')]
  expect(addToLots(lots, lot('a', '0.5', '51', '0.05'))).toEqual([
    lot('a', '1.5', '151', '0.15'),
    lot('b', '1', '90'),
  ])
})

test('taken in whatever parts, it adds up to what was there, to the last digit', () => {
  const decimal = fc.integer({ min: 1, max: 10 ** 9 }).map((n) => new Big(n).div(10 ** 6).toFixed())
  const bought = fc.array(fc.tuple(decimal, decimal, decimal), { minLength: 1, maxLength: 6 })
  const total = (lots: readonly Lot[], of: 'amount' | 'cost') =>
    lots.reduce((sum, one) => sum.plus(one[of]), new Big(0))
  fc.assert(
    fc.property(bought, fc.array(decimal, { maxLength: 12 }), (buys, sales) => {
      const all = buys.map(([amount, cost, fee], i) => lot(`o${i}`, amount, cost, fee))
      let lots: readonly Lot[] = all
      let cost = new Big(0)
      let amount = new Big(0)
      let fees = new Big(0)
      for (const sold of sales) {
        const taken = takeFromLots(lots, sold)
        cost = cost.plus(taken.cost)
        amount = amount.plus(taken.amount)
        fees = fees.plus(taken.fees[0]?.amount ?? '0')
        lots = taken.left
      }
      const feesLeft = lots.reduce((sum, one) => sum.plus(one.fees[0]?.amount ?? '0'), new Big(0))
      const feesPaid = buys.reduce((sum, [, , fee]) => sum.plus(fee), new Big(0))
      expect(cost.plus(total(lots, 'cost')).toFixed()).toBe(total(all, 'cost').toFixed())
      expect(amount.plus(total(lots, 'amount')).toFixed()).toBe(total(all, 'amount').toFixed())
      expect(fees.plus(feesLeft).toFixed()).toBe(feesPaid.toFixed())
    }),
    { seed: 11, numRuns: 300 },
  )
})
