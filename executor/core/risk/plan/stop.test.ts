// The protective stop: where it triggers, how far it may sell, how much.
import Big from 'big.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RULES as rules } from '../../../testing/market-rules.ts'
import { planStop, type StopInput } from './stop.ts'

const input: StopInput = {
  rules,
  stop: '49000.001',
  filled: '0.01',
  feeInBase: '0.00001',
  collar: '2',
  clientOrderId: 'b'.repeat(32),
}

test('sells what was filled less the fee, at the trigger, down to the collar', () => {
  expect(planStop(input)).toEqual({
    ok: true,
    order: {
      clientOrderId: 'b'.repeat(32),
      market: 'BTC/USDT',
      side: 'sell',
      type: 'stop_limit',
      timeInForce: 'GTC',
      amount: '0.00999',
      price: '48020.01', // 48020.0098 up
      triggerPrice: '49000.01',
    },
    value: '479.7198999',
    risk: '0',
  })
})

test.each([
  ['size_zero', { filled: '0.00001' }],
  ['size_zero', { filled: '0', feeInBase: '0.1' }],
  ['size_below_minimum', { filled: '0.00011' }],
  ['price_zero', { stop: '0' }],
  ['stop_wrong_side', { stop: '999999999999', rules: { ...rules, tick: '1000' } }],
])('refuses with %s what the exchange would turn down', (code, change) => {
  expect(planStop({ ...input, ...change })).toMatchObject({ ok: false, code })
})

test('of more than an order can say it protects as much as it can, whatever the exchange takes', () => {
  const cheap = { ...rules, tick: '0.000000001', step: '1', maxAmount: '9000000000000000' }
  const change = { rules: cheap, stop: '0.000000009', feeInBase: '0', filled: '4000000000000' }
  expect(planStop({ ...input, ...change })).toMatchObject({ order: { amount: '999999999999' } })
})

test('of more than the exchange takes in one order it protects as much as it takes', () => {
  expect(planStop({ ...input, filled: '9001' })).toMatchObject({ order: { amount: '9000' } })
})

test('never sells more than is held, and keeps its limit between collar and trigger', () => {
  const thousandths = (max: number) =>
    fc.integer({ min: 1, max }).map((n) => new Big(n).div(1000).toFixed())
  const any = fc.record({
    stop: thousandths(9e7),
    filled: thousandths(1e6),
    feeInBase: thousandths(1e4),
    collar: thousandths(20_000),
  })
  fc.assert(
    fc.property(any, (change) => {
      const result = planStop({ ...input, ...change })
      if (!result.ok) return
      const { amount, price, triggerPrice: stop = '' } = result.order
      expect(new Big(amount).plus(change.feeInBase).lte(change.filled)).toBe(true)
      expect(new Big(stop).gte(change.stop)).toBe(true)
      expect(new Big(price).lte(stop)).toBe(true)
      expect(
        new Big(price).times(100).gte(new Big(stop).times(new Big(100).minus(change.collar))),
      ).toBe(true)
    }),
  )
})
