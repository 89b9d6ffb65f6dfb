// The published number: computed from the policy, true of every day that the rules allow, and near to the worst of them.

import Big from 'big.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dailyBound, printBound } from '../core/risk/policy/bound.ts'
import { DEFAULT_POLICY } from '../core/risk/policy/default.ts'
import type { Policy } from '../core/risk/policy/schema.ts'
import { check } from '../core/risk/rules/check.ts'
import { entry, exit, held, market, order, quoted, used } from '../core/risk/testing/inputs.ts'
import { loadPolicy } from './load.ts'

function starting(...changes: readonly (readonly [string, string])[]): Policy {
  const text = changes.reduce((before, [from, to]) => {
    expect(before).toContain(from)
    return before.replace(from, to)
  }, DEFAULT_POLICY)
  const loaded = loadPolicy(text)
  if (!loaded.ok) throw new Error(loaded.message)
  return { ...loaded.policy, approval: 'never' }
}

test('adds up the policy a trader starts from', () => {
  const stops = { what: 'falls to its stops', how: '3 % of 3000', amount: '90' }
  const exits = { what: 'sold below the bid or the stop', how: '2 % of 3000', amount: '60' }
  const bids = { what: 'sold while bids are taken away', how: '0.1 % of 3000', amount: '3' }
  const fees = { what: 'fees, in and out', how: '0.1 % of 6000', amount: '6' }
  expect(dailyBound(starting(), '0.1')).toMatchObject({
    currency: 'USDT',
    standstill: { terms: [{ amount: '18' }, exits, bids, fees] },
    taken: '87',
    ways: [
      { terms: [stops, exits, bids, fees], sum: '159' },
      {
        terms: ['100', '30', '20', '1', '2'].map((amount) => ({ amount })),
        sum: '153',
      },
    ],
    most: '153',
  })
})

test('until the drawdown halts trading, a hundredth more and what is held then', () => {
  const { untilHalt } = dailyBound(starting(), '0.1')
  expect(untilHalt.terms.map(({ amount }) => amount)).toEqual(['303', '30', '20', '1', '2'])
  expect(untilHalt.sum).toBe('356')
  expect(printBound(dailyBound(starting(), '0.1'))).toMatch(/until trading halts +356 USDT/)
})

test('each provider alone can lose what its own streams may hold, and what all may buy in a day', () => {
  const two = [
    '  # home/rsi-reversion: { allocation: 500 }',
    '  acme/trend: { allocation: 200 }\n  acme/dip: { allocation: 100 }',
  ] as const
  const bound = dailyBound(starting(two), '0.1')
  // 100 until entries stop, and (3 + 2 + 0.1 + 0.2) % of 1000 and of 300.
  expect(bound.providers).toEqual([
    { provider: 'home', most: '153' },
    { provider: 'acme', most: '115.9' },
  ])
  expect(bound.most).toBe('168.9')
  expect(printBound(bound)).toMatch(/by acme alone +115.9 USDT/)
})

test('takes the way that is smaller', () => {
  expect(dailyBound(starting(['day_loss: 100 ', 'day_loss: 2000 ']), '0.1').most).toBe('159')
  expect(dailyBound(starting(['day_loss: 100 ', 'day_loss: 1 ']), '0.1').most).toBe('54')
})

test('while prices stand still no more can be taken than can be lost at all', () => {
  const bound = dailyBound(starting(['day_loss: 100 ', 'day_loss: 1 ']), '0.1')
  expect([bound.standstill.sum, bound.taken, bound.most]).toEqual(['87', '54', '54'])
  expect(printBound(bound)).toMatch(/^the most while prices stand still +54 USDT/m)
})

test('counts what is carried into the day by allocations or by markets, whichever is less', () => {
  const two = [
    '  # home/rsi-reversion: { allocation: 500 }',
    '  home/rsi: { allocation: 5000 }',
  ] as const
  expect(dailyBound(starting(two), '0.1').ways[0]?.terms[0]?.how).toBe('3 % of 4000')
  const one = ['markets: [BTC/USDT, ETH/USDT]', 'markets: [BTC/USDT]'] as const
  expect(dailyBound(starting(two, one), '0.1').ways[0]?.terms[0]?.how).toBe('3 % of 3000')
})

test('without stops all of it can fall to nothing, and it says so first', () => {
  const { most, unbounded } = dailyBound(starting(['distance: 3 %', 'distance: optional']), '0.1')
  expect(most).toBe('1102')
  expect(unbounded[0]).toContain('Stops are optional')
})

test('adds up what is longer than an amount on the wire', () => {
  const bound = dailyBound(
    starting(
      ['distance: 3 %', 'distance: optional'],
      ['allocation: 1000 ', 'allocation: 999999999999 '],
      ['position: 1000 ', 'position: 999999999999 '],
      ['day: 2000 ', 'day: 999999999999 '],
      ['day_loss: 100 ', 'day_loss: 999999999999 '],
    ),
    '0.1',
  )
  expect(bound.most).toBe('2001999999997.998')
  expect(printBound(bound)).toMatch(/lost in a day +2001999999997\.998 USDT/)
})

test('never says that more than all can fall', () => {
  const wild = { ...starting(), maxStopDistance: '99' }
  expect(dailyBound(wild, '0.1').ways[0]?.terms[0]).toMatchObject({ amount: '3000' })
})

test('prints a line for each term and says what it cannot bound', () => {
  const text = printBound(dailyBound(starting(), '0.1'))
  expect(text).toMatch(/^ {2}falls to its stops +90 USDT {2}3 % of 3000$/m)
  expect(text).toMatch(/^the most that can be lost in a day +153 USDT/m)
  expect(text).toContain('Not bounded by software:\n- A price can jump over a stop')
})

const FEE = '0.001'

interface Move {
  /** Hundredths of the coin. */
  readonly size: number
  /** Of the ask above the bid, and of the price above the ask, in steps of 0.01 %. */
  readonly spread: number
  readonly above: number
  /** Of the stop below the price, in steps of 0.01 %. */
  readonly below: number
  /** How far the price falls before it is sold: to the stop at most. */
  readonly falls: number
  /** How far the bid is below that at the sale, because others are gone, in steps of 0.01 %. */
  readonly gone: number
}

/** Buys as badly as the rules allow, lets the price fall, and sells as badly as they allow. Null where they do not. */
function roundTrip(policy: Policy, move: Move, today: Big): { value: Big; loss: Big } | null {
  const bid = new Big(100)
  const ask = bid.times(new Big(10_000 + move.spread).div(10_000))
  const price = ask.times(new Big(10_000 + move.above).div(10_000)).round(8, Big.roundUp)
  const stop = price.times(new Big(10_000 - move.below).div(10_000)).round(8, Big.roundUp)
  const amount = new Big(move.size).div(100)
  const quote = quoted({ bid: bid.toFixed(), ask: ask.toFixed() })
  const buy = {
    ...entry,
    ...quote,
    ...order({ amount: amount.toFixed(), price: price.toFixed() }),
    ...market({ asks: [[ask.toFixed(), '100000']] }),
    ...used({ today: today.toFixed() }),
    stop: stop.toFixed(),
  }
  if (check(buy, policy).verdict !== 'allow') return null
  const fallen = bid.times(new Big(10_000 - move.falls).div(10_000))
  const later = stop.gt(fallen) ? stop : fallen
  const left = later.div(new Big(10_000 + move.gone).div(10_000)).round(8, Big.roundUp)
  const sold = left.times('0.98').round(8, Big.roundUp)
  const sell = {
    ...exit,
    ...quoted({ bid: left.toFixed(), ask: later.toFixed() }),
    ...order({ amount: amount.toFixed(), price: sold.toFixed() }, exit),
    ...held({ amount: amount.toFixed() }),
  }
  expect(check(sell, policy).verdict).toBe('allow')
  const [value, got] = [amount.times(price), amount.times(sold)]
  return { value, loss: value.minus(got).plus(value.plus(got).times(FEE)) }
}

function day(policy: Policy, moves: readonly Move[]): Big {
  let [today, loss] = [new Big(0), new Big(0)]
  for (const move of moves) {
    const trip = roundTrip(policy, move, today)
    if (trip === null) continue
    today = today.plus(trip.value)
    loss = loss.plus(trip.loss)
  }
  return loss
}

/** Nothing is carried in, and a day's loss closes nothing: what is left is the first way, for `limits.day` alone. */
const bare = () => ({
  ...starting(),
  limits: { ...starting().limits, hour: '2000', dayLoss: '999999' },
})
const BARE_BOUND = new Big(2000).times('0.051').plus(4)

test('no round trips that the rules allow lose more than the number', () => {
  const part = (max: number) => fc.integer({ min: 0, max })
  const move = fc.record({
    size: fc.integer({ min: 1, max: 500 }),
    spread: part(12),
    above: part(55),
    below: part(310),
    falls: part(400),
    gone: part(10),
  })
  fc.assert(
    fc.property(fc.array(move, { minLength: 10, maxLength: 40 }), (moves) => {
      const loss = day(bare(), moves)
      expect(loss.lte(BARE_BOUND), `${loss.toFixed()} of ${BARE_BOUND.toFixed()}`).toBe(true)
    }),
    { numRuns: 200 },
  )
})

test('the greedy attacker comes close to the number, so it is not an idle one', () => {
  const worst = { size: 495, spread: 10, above: 50, below: 300, falls: 400, gone: 10 }
  const loss = day(bare(), Array(10).fill(worst))
  expect(loss.gt(BARE_BOUND.times('0.95')), loss.toFixed(2)).toBe(true)
})
