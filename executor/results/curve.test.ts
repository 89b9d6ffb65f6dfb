// Results over time, against sums that are done here by hand.
import { expect, test } from 'vitest'
import { curveOf } from './curve.ts'
import type { Trade } from './trade.ts'

const DAY = 86_400_000
const START = Date.parse('2026-11-01T00:00:00Z')
const UNTIL = START + 30 * DAY

/** Bought an hour before. */
function trade(day: number, gain: number | null, market = 'BTC/USDT'): Trade {
  const closed = START + day * DAY
  return {
    number: 1,
    clientOrderId: 'c',
    stream: 'home/demo',
    market,
    reason: 'exit',
    opened: closed - 3_600_000,
    closed,
    amount: '1',
    cost: '100',
    proceeds: '100',
    fees: [],
    feesValue: '0',
    besides: [],
    result:
      gain === null ? null : { gain: String(Math.abs(gain)), negative: gain < 0, paid: '100' },
    entry: null,
    stops: [],
  }
}

const span = (since: number) => ({ currency: 'USDT', since, until: UNTIL })
const at = (day: number) => (START + day * DAY) / 1000

test('results add up in the order of time, and the fall is measured from the best until then', () => {
  const trades = [trade(3, -4), trade(2, 10), trade(5, -3.5), trade(9, 1), trade(8, null)]
  expect(curveOf(trades, span(START))).toEqual({
    currency: 'USDT',
    since: at(2) - 3600,
    until: at(30),
    points: [
      [at(2), '10', false],
      [at(3), '6', false],
      [at(5), '2.5', false],
      [at(9), '3.5', false],
    ],
    deepest: '7.5',
    below: '6.5',
  })
})

test('a first loss is a fall from nothing, and a curve begins at 0 whatever was before', () => {
  const trades = [trade(1, 1000), trade(10, -4)]
  const { since, points, deepest, below } = curveOf(trades, span(START + 5 * DAY))
  expect({ since, points, deepest, below }).toEqual({
    since: at(10) - 3600,
    points: [[at(10), '4', true]],
    deepest: '4',
    below: '4',
  })
})

test('other currencies are in no curve of this one, and without a sale there is no point', () => {
  expect(curveOf([trade(2, 10, 'ETH/BTC')], span(START))).toMatchObject({
    since: at(30),
    points: [],
    deepest: '0',
    below: '0',
  })
})

test('of many sales the last of each stretch of time stays, and the end is exact', () => {
  const many = Array.from({ length: 500 }, (_, index) => trade(1 + index / 20, (index % 3) - 0.9))
  const { points, deepest } = curveOf(many, span(START))
  expect(points.length).toBeLessThanOrEqual(60)
  expect(points.length).toBeGreaterThan(45)
  const gains = many.map(({ result }) => Number(result?.gain) * (result?.negative ? -1 : 1))
  const [last] = points.slice(-1)
  expect(Number(last?.[1])).toBeCloseTo(
    gains.reduce((sum, gain) => sum + gain, 0),
    9,
  )
  expect(deepest, 'of all sales, not of the points').toBe('0.9')
})
