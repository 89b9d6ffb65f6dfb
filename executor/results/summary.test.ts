// Sums of results, against sums that are done here by hand.
import { expect, test } from 'vitest'
import { isTimeZone, summarize } from './summary.ts'
import type { Trade } from './trade.ts'

/** A Friday. */
const NOW = Date.parse('2026-11-27T10:00:00Z')

function trade(closed: string, gain: number | null, more: Partial<Trade> = {}): Trade {
  return {
    number: 1,
    clientOrderId: 'c',
    stream: 'home/demo',
    market: 'BTC/USDT',
    reason: 'exit',
    opened: 0,
    closed: Date.parse(closed),
    amount: '1',
    cost: '100',
    proceeds: '100',
    fees: [{ currency: 'USDT', amount: '0.1' }],
    feesValue: '0.1',
    besides: [],
    result:
      gain === null ? null : { gain: String(Math.abs(gain)), negative: gain < 0, paid: '100.1' },
    entry: null,
    stops: [],
    ...more,
  }
}

const TRADES = [
  trade('2026-10-01T12:00:00Z', -4.25),
  trade('2026-11-20T09:59:59Z', 7, { market: 'ETH/USDT' }),
  trade('2026-11-20T10:00:00Z', 1.5, { reason: 'stop' }),
  trade('2026-11-26T23:59:59Z', null),
  trade('2026-11-27T00:00:00Z', -0.5, { market: 'ETH/BTC', fees: [] }),
]

test('periods reach back from now, and each has a row for each currency', () => {
  const rows = summarize(TRADES, 'period', NOW).map((row) => [
    row.key,
    row.currency,
    row.negative ? `-${row.gain}` : row.gain,
    [row.trades, row.won, row.unknown],
  ])
  expect(rows).toEqual([
    ['today', 'BTC', '-0.5', [1, 0, 0]],
    ['7 days', 'USDT', '1.5', [2, 1, 1]],
    ['7 days', 'BTC', '-0.5', [1, 0, 0]],
    ['30 days', 'USDT', '8.5', [3, 2, 1]],
    ['30 days', 'BTC', '-0.5', [1, 0, 0]],
    ['all', 'USDT', '4.25', [4, 2, 1]],
    ['all', 'BTC', '-0.5', [1, 0, 0]],
  ])
})

test('days, weeks and months are named by their beginning, the newest first', () => {
  const keys = (by: 'day' | 'week' | 'month') =>
    summarize(TRADES.slice(0, 4), by, NOW).map(({ key }) => key)
  expect(keys('day')).toEqual(['2026-11-26', '2026-11-20', '2026-10-01'])
  expect(keys('week')).toEqual(['2026-11-23', '2026-11-16', '2026-09-28'])
  expect(keys('month')).toEqual(['2026-11', '2026-10'])
})

test('groups come with the best first, and fees and costs are added', () => {
  expect(summarize(TRADES.slice(0, 4), 'market', NOW)).toMatchObject([
    { key: 'ETH/USDT', gain: '7', fees: { USDT: '0.1' } },
    { key: 'BTC/USDT', gain: '2.75', negative: true, paid: '200.2', trades: 3, unknown: 1 },
  ])
  expect(summarize(TRADES, 'reason', NOW).map(({ key }) => key)).toEqual(['exit', 'stop', 'exit'])
})

test('days, weeks and months are those of the zone that is asked for', () => {
  const at = [
    '2026-10-31T23:30:00Z',
    '2026-11-22T23:30:00Z',
    '2026-11-26T22:59:59Z',
    '2026-11-26T23:00:00Z',
  ]
  const trades = at.map((closed) => trade(closed, 1))
  const keys = (by: 'day' | 'week' | 'month' | 'period') =>
    summarize(trades, by, NOW, 'Europe/Berlin').map((row) => [row.key, row.trades])
  expect(keys('day')).toEqual([
    ['2026-11-27', 1],
    ['2026-11-26', 1],
    ['2026-11-23', 1],
    ['2026-11-01', 1],
  ])
  expect(keys('week')).toEqual([
    ['2026-11-23', 3],
    ['2026-10-26', 1],
  ])
  expect(keys('month')).toEqual([['2026-11', 4]])
  expect(keys('period')).toEqual([
    ['today', 1],
    ['7 days', 3],
    ['30 days', 4],
    ['all', 4],
  ])
  expect(isTimeZone('Europe/Berlin')).toBe(true)
  expect(isTimeZone('Mars/Olympus')).toBe(false)
})
