// Prices of few steps, where rounding is a large part of everything: nothing gets further away, and no risk is understated.
import Big from 'big.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { MarketRules } from '../../model/exchange.ts'
import { type PlanInput, plan } from './plan.ts'
import { planStop } from './stop.ts'

function inputOf(tick: string, bid: string, signal: Partial<PlanInput['signal']>): PlanInput {
  const rules: MarketRules = {
    market: 'PEPE/USDT',
    base: 'PEPE',
    quote: 'USDT',
    tick,
    step: '1',
    minAmount: '1',
    maxAmount: '100000000000',
    minValue: '1',
    stop: { holds: 'coins', max: 5 },
    takerFee: '0.001',
    status: 'trading',
  }
  return {
    signal: {
      kind: 'entry',
      market: 'PEPE/USDT',
      side: 'buy',
      size: { unit: 'quote', value: '300' },
      type: 'market',
      ...signal,
    },
    rules,
    quote: { bid, ask: new Big(bid).plus(tick).toFixed(), at: 0 },
    allocation: '1000',
    position: '0',
    bought: '0',
    stop: null,
    most: null,
    collar: { entry: '0.5', exit: '2' },
    clientOrderId: 'a'.repeat(32),
  }
}

const TICK = '0.00000001'

test('a stop of two per cent at a price of 51 steps is one step away, and its limit no further', () => {
  const input = inputOf(TICK, '0.00000051', { stopPrice: '0.0000004998' })
  const entry = plan(input)
  // Bought at 52 steps and sold at 50 at the least; counted down to the collar below what was asked.
  expect(entry).toMatchObject({ ok: true, order: { price: '0.00000052', amount: '576923076' } })
  const { signal, rules, clientOrderId } = input
  const about = { rules, filled: '576923076', feeInBase: '0', collar: '2', clientOrderId }
  expect(planStop({ ...about, stop: signal.stopPrice ?? '' })).toMatchObject({
    ok: true,
    order: { triggerPrice: '0.0000005', price: '0.00000049' },
  })
})

test.for([
  ['the bid of three steps', '0.00000003', '0.0000000291'],
  ['the bid of one step', '0.00000001', '0.0000000098'],
])('a stop that rounds to %s is refused: there is none between', ([_, bid = '', stop = '']) => {
  expect(plan(inputOf(TICK, bid, { stopPrice: stop }))).toMatchObject({
    ok: false,
    code: 'stop_wrong_side',
  })
})

test('at any step of the price no distance grows, and no more can be lost than the risk says', () => {
  let planned = 0
  const percent = (max: number) =>
    fc.integer({ min: 1, max: max * 100 }).map((n) => new Big(n).div(100).toFixed())
  const any = fc.record({
    tick: fc.constantFrom('0.00000001', '0.00000003', '0.0005', '0.01', '5'),
    steps: fc.integer({ min: 1, max: 300 }),
    below: percent(50),
    entry: percent(5),
    exit: percent(20),
  })
  fc.assert(
    fc.property(any, ({ tick, steps, below, entry, exit }) => {
      const bid = new Big(tick).times(steps)
      const stop = bid.times(new Big(100).minus(below)).div(100).round(12, Big.roundUp).toFixed()
      const collar = { entry, exit }
      const input = { ...inputOf(tick, bid.toFixed(), { stopPrice: stop }), collar }
      const result = plan(input)
      if (!result.ok) return
      planned += 1
      const { order, value, risk } = result
      const [amount, price] = [new Big(order.amount), new Big(order.price)]
      expect(price.times(100).lte(new Big(input.quote.ask).times(new Big(100).plus(entry)))).toBe(
        true,
      )
      expect(amount.times(price).lte(value)).toBe(true)
      const protection = planStop({
        rules: input.rules,
        stop,
        filled: order.amount,
        feeInBase: '0',
        collar: exit,
        clientOrderId: order.clientOrderId,
      })
      if (!protection.ok) return
      const trigger = new Big(protection.order.triggerPrice ?? 0)
      const limit = new Big(protection.order.price)
      expect(trigger.gte(stop), 'no further than asked').toBe(true)
      expect(trigger.lt(bid), 'and not at the bid').toBe(true)
      expect(limit.gt(0) && limit.lte(trigger)).toBe(true)
      expect(limit.times(100).gte(trigger.times(new Big(100).minus(exit)))).toBe(true)
      const lost = amount.times(price.minus(limit))
      expect(lost.lte(risk), `${lost.toFixed()} of ${risk}`).toBe(true)
    }),
    { numRuns: 2000 },
  )
  expect(planned).toBeGreaterThan(500)
})
