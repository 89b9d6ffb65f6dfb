import { expect, test } from 'vitest'
import { resultsOfPeriod } from './period.ts'
import type { Trade } from './trade.ts'

const DAY = 86_400_000

/** Sold on that day for so much more, or less, than it cost. */
function sale(day: number, gain: number | null, change: Partial<Trade> = {}): Trade {
  return {
    number: 1,
    clientOrderId: '',
    stream: 'home/demo',
    market: 'BTC/USDT',
    reason: 'exit',
    opened: (day - 1) * DAY,
    closed: day * DAY,
    amount: '1',
    cost: '100',
    proceeds: String(100 + (gain ?? 0)),
    fees: [],
    feesValue: '0',
    besides: [],
    result:
      gain === null ? null : { gain: String(Math.abs(gain)), negative: gain < 0, paid: '100' },
    ...change,
  } as Trade
}

const SPAN = { since: 10 * DAY, until: 11 * DAY, currency: 'USDT' }

test('a sale at the beginning belongs to the span, and one at its end to the next', () => {
  const { results, curve } = resultsOfPeriod([sale(9, 1), sale(10, 2), sale(11, 4)], SPAN)
  expect(results).toMatchObject([{ key: 'all', trades: 1, gain: '2' }])
  expect(curve.points).toHaveLength(1)
})

test('each currency has its sum, and the best and the worst stream are of the policy’s', () => {
  const { results, best, worst } = resultsOfPeriod(
    [
      sale(10, 5, { stream: 'acme/swing' }),
      sale(10, -7, { stream: 'acme/trend' }),
      sale(10, 3),
      sale(10, 900, { stream: 'acme/euro', market: 'BTC/EUR' }),
      sale(10, null, { stream: 'acme/unknown' }),
    ],
    SPAN,
  )
  expect(results.map(({ currency, gain, negative }) => [currency, gain, negative])).toEqual([
    ['USDT', '1', false],
    ['EUR', '900', false],
  ])
  expect(best).toMatchObject({ key: 'acme/swing', gain: '5' })
  expect(worst).toMatchObject({ key: 'acme/trend', gain: '7', negative: true })
})

test('one stream alone is neither the best nor the worst, and without a sale there is nothing', () => {
  expect(resultsOfPeriod([sale(10, -1)], SPAN).best).toBeUndefined()
  expect(resultsOfPeriod([sale(10, -1)], SPAN).worst).toBeUndefined()
  expect(resultsOfPeriod([], SPAN)).toMatchObject({ results: [], curve: { points: [] } })
})
