// The published number: computed from the policy, and never exceeded by an attacker who knows every rule.

import Big from 'big.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { WireOrder } from '../exchange/port.ts'
import { dailyBound, printBound } from './bound.ts'
import { check } from './check.ts'
import { DEFAULT_POLICY } from './default.ts'
import { loadPolicy } from './load.ts'
import type { Policy } from './schema.ts'
import type { Question } from './types.ts'

function starting(): Policy {
  const loaded = loadPolicy(DEFAULT_POLICY)
  if (!loaded.ok) throw new Error(loaded.message)
  return { ...loaded.policy, approval: 'never' }
}

test('adds up the policy a trader starts from', () => {
  expect(dailyBound(starting(), '0.1')).toMatchObject({
    currency: 'USDT',
    terms: [
      { what: 'bad prices on entries', how: '2 x 0.5 % of 2000', amount: '20' },
      { what: 'bad prices on exits', how: '2 % of 3000', amount: '60' },
      { what: 'fees', how: '0.1 % of 5000', amount: '5' },
    ],
    taken: '85',
    most: '3002',
  })
})

test('prints a line for each term and says what it cannot bound', () => {
  const text = printBound(dailyBound(starting(), '0.1'))
  expect(text).toMatch(/^bad prices on entries +20 USDT {2}2 x 0.5 % of 2000$/m)
  expect(text).toMatch(/^all that can be lost, at cost +3002 USDT/m)
  expect(text).toContain('Not bounded by software:\n- A market can fall to nothing.')
})

test('never says that more can be taken than there is', () => {
  const wild = { ...starting(), collar: { entry: '5', exit: '20' } }
  const { taken, most } = dailyBound(wild, '99')
  expect(taken).toBe(most)
})

const BID = '100'
const FEE = '0.001'

/** One day of an attacker who writes the signals, moves the ask, and gets every fill at the worst price. */
function attack(policy: Policy, moves: readonly (readonly [number, number, number])[]): Big {
  let [money, coins, cost, today] = [new Big(0), new Big(0), new Big(0), new Big(0)]
  const carried = new Big('1000')
  coins = carried.div(BID)
  cost = carried
  for (const [index, [kind, size, push]] of moves.entries()) {
    const entering = kind === 0
    const ask = new Big(BID).plus(new Big(push).div(1000))
    const [amount, price] = [new Big(size).div(100), entering ? ask.times('1.005') : new Big('98')]
    const order: WireOrder = {
      clientOrderId: 'd'.repeat(32),
      market: 'BTC/USDT',
      side: entering ? 'buy' : 'sell',
      type: 'ioc',
      amount: amount.toFixed(),
      price: price.round(6, Big.roundUp).toFixed(),
    }
    const now = 1_790_000_000_000 + index * 60_000
    const question: Question = {
      now,
      order,
      kind: entering ? 'entry' : 'exit',
      stream: 'ema-cross',
      signedAt: now,
      until: now + 60_000,
      approved: false,
      rules: {
        market: 'BTC/USDT',
        base: 'BTC',
        quote: 'USDT',
        tick: '0.000001',
        step: '0.01',
        minAmount: '0',
        maxAmount: '1000',
        minValue: '0',
      },
      quote: { bid: BID, ask: ask.toFixed(), at: now },
      skewMs: 0,
      headAt: now,
      used: { today: today.toFixed(), sentLastMinute: [] },
      held: { amount: coins.toFixed(), cost: cost.lt(0) ? '0' : cost.toFixed(12) },
      unknownOnMarket: 0,
      trading: 'running',
    }
    if (check(question, policy).verdict !== 'allow') continue
    const value = amount.times(order.price)
    if (entering) {
      today = today.plus(value)
      cost = cost.plus(value)
      coins = coins.plus(amount)
      money = money.minus(value).minus(value.times(FEE))
    } else {
      cost = cost.minus(cost.times(amount).div(coins))
      coins = coins.minus(amount)
      money = money.plus(value).minus(value.times(FEE))
    }
  }
  return carried.minus(money.plus(coins.times(BID)))
}

test('an attacker who owns signals and book cannot take more than the published number in a day', () => {
  const policy = starting()
  const { taken } = dailyBound(policy, '0.1')
  const move = fc.tuple(
    fc.constantFrom(0, 1),
    fc.integer({ min: 1, max: 1000 }),
    fc.integer({ min: 0, max: 700 }),
  )
  fc.assert(
    fc.property(fc.array(move, { minLength: 20, maxLength: 60 }), (moves) => {
      const loss = attack(policy, moves)
      expect(loss.lte(taken), `${loss.toFixed()} of ${taken}`).toBe(true)
    }),
    { numRuns: 150 },
  )
})

test('the greedy attacker comes close to the number, so it is not an idle one', () => {
  const churn = Array.from(
    { length: 300 },
    () =>
      [
        [1, 480, 500],
        [1, 10, 500],
        [0, 490, 500],
      ] as const,
  ).flat()
  const loss = attack(starting(), churn)
  expect(loss.gt(60), loss.toFixed(2)).toBe(true)
  expect(loss.lte(dailyBound(starting(), '0.1').taken)).toBe(true)
})
