// What is made of a time in which nobody looked, by what an exchange tells of it.
import { expect, test } from 'vitest'
import type { Question } from '../adapter/dialect.ts'
import type { Reply } from '../adapter/reply.ts'
import { unifiedDialect } from './unified-dialect.ts'
import { type Gap, whileAway } from './while-away.ts'

const START = Date.UTC(2026, 10, 23, 12)
const MINUTE = 60_000
const MARKET = { id: 'BTC/USDT' } as never

/** An exchange that lists these, oldest first or the newest alone, so many at once. */
function exchange(
  tells: Partial<Record<'fetchTrades' | 'fetchOHLCV', readonly unknown[]>>,
  lists: 'oldest' | 'newest' = 'oldest',
) {
  const asked: string[] = []
  const ask = async <T>({ method, params, read }: Question<T>): Promise<Reply<T>> => {
    asked.push(method)
    const since = Number((params as unknown[])[method === 'fetchTrades' ? 1 : 2])
    const rows = tells[method as 'fetchTrades']
    if (rows === undefined) return { got: 'ambiguous', message: 'no answer' }
    const at = (row: unknown) =>
      Array.isArray(row) ? Number(row[0]) : Number((row as { timestamp: number }).timestamp)
    const there = rows.filter((row) => at(row) >= since)
    const value = read(lists === 'oldest' ? there.slice(0, 1_000) : rows.slice(-1_000))
    return value === null ? { got: 'unreadable', message: 'no' } : { got: 'answer', value }
  }
  return { client: { ask, dialect: unifiedDialect }, asked }
}

const trade = (at: number, price: number) => ({
  timestamp: at,
  price: String(price),
  amount: '0.5',
})
const minute = (at: number, ...prices: number[]) => [at, ...prices.map(String), '8']
const shown = (gap: Gap) => ('prints' in gap ? gap.prints.map(({ price }) => Number(price)) : [])

test('a short time is told trade by trade, page after page', async () => {
  const trades = Array.from({ length: 2_300 }, (_, at) => trade(START + at * 100, 60_000 + at))
  const { client, asked } = exchange({ fetchTrades: trades })
  const gap = await whileAway(client, MARKET, { since: START, until: START + 300_000 })
  expect(gap.outcome === 'known' && gap.by).toBe('trades')
  expect(shown(gap)).toEqual(trades.map(({ price }) => Number(price)))
  expect(asked).toEqual(['fetchTrades', 'fetchTrades', 'fetchTrades'])
})

test('a long time is told minute by minute, down before up', async () => {
  const minutes = Array.from({ length: 120 }, (_, at) =>
    minute(START + at * MINUTE, 100, 110, 90, 105),
  )
  const { client, asked } = exchange({ fetchOHLCV: minutes })
  const gap = await whileAway(client, MARKET, { since: START, until: START + 120 * MINUTE })
  expect(asked).toEqual(['fetchOHLCV'])
  expect(gap.outcome === 'known' && gap.by).toBe('minutes')
  expect(shown(gap).slice(0, 5)).toEqual([100, 90, 110, 105, 100])
  expect('prints' in gap && Number(gap.prints[0]?.amount)).toBe(2)
})

test('of the minute that had begun before, only its end counts', async () => {
  const minutes = [minute(START, 100, 120, 50, 105), minute(START + MINUTE, 105, 106, 104, 105)]
  const { client } = exchange({ fetchOHLCV: minutes.concat(endless(START + 2 * MINUTE, 70)) })
  const since = START + 20_000
  const gap = await whileAway(client, MARKET, { since, until: START + 60 * MINUTE })
  expect(shown(gap).slice(0, 3)).toEqual([105, 105, 104])
})

const endless = (from: number, count: number) =>
  Array.from({ length: count }, (_, at) => minute(from + at * MINUTE, 105, 105, 105, 105))

test('where only the newest trades are listed, minutes tell the rest', async () => {
  const trades = Array.from({ length: 3_000 }, (_, at) => trade(START + at * 100, 60_000))
  const minutes = endless(START, 10)
  const { client, asked } = exchange({ fetchTrades: trades, fetchOHLCV: minutes }, 'newest')
  const gap = await whileAway(client, MARKET, { since: START, until: START + 300_000 })
  expect(asked[0]).toBe('fetchTrades')
  expect(gap.outcome === 'known' && gap.by).toBe('minutes')
})

test('what no minute tells is said to be untold, and who does not answer is asked again later', async () => {
  const until = START + 600 * MINUTE
  const { client } = exchange({ fetchOHLCV: endless(START + 300 * MINUTE, 300) })
  const gap = await whileAway(client, MARKET, { since: START, until })
  expect(gap).toMatchObject({ outcome: 'partly', from: START + 300 * MINUTE })
  const silent = await whileAway(exchange({}).client, MARKET, { since: START, until })
  expect(silent.outcome).toBe('unreachable')
})
