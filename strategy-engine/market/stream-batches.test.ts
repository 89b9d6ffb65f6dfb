// Markets by the hundred over an unmodified ccxt and real sockets: how many connections and messages that takes.
import { createLog, systemClock } from '@keyside/runtime'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type StreamVenue, streamVenue } from '../testing/stream-venue.ts'
import type { Candle } from './candle.ts'
import { openLiveVenue } from './live-venue.ts'
import { StreamBatches, type Streamed } from './stream-batches.ts'

const log = createLog({ program: 'test', level: 'silent' })
const QUICK = { timeout: 8_000, interval: 20 }

const market = (index: number) => `C${index}/USDT`
const follows = (count: number): Streamed[] =>
  Array.from({ length: count }, (_, index) => ({ market: market(index), timeframe: '1m' }))

async function open(name: string, count: number, idOf: (index: number) => string) {
  const server = await streamVenue()
  const told: [string, Candle][] = []
  const venue = await openLiveVenue(name, (...one) => told.push(one), server.address)
  await venue.ccxt.loadHttpProxyAgent()
  venue.ccxt.setMarkets(
    follows(count).map(({ market: symbol }, index) => ({
      id: idOf(index),
      lowercaseId: idOf(index).toLowerCase(),
      symbol,
      base: `C${index}`,
      quote: 'USDT',
      type: 'spot',
      spot: true,
    })),
  )
  const streams = new StreamBatches({
    most: venue.most,
    hear: (wanted) => venue.hear(wanted),
    listed: async (wanted) => wanted,
    clock: systemClock,
    log,
  })
  onTestFinished(async () => {
    streams.stop()
    await venue.ccxt.close()
  })
  return { server, venue, told, streams }
}

/** Of the messages that ask for candles: how many each asks for. */
function asked({ heard }: StreamVenue): number[] {
  return heard.flatMap(({ message }) => {
    const { op, method, args, params } = Object(message)
    if (op !== 'subscribe' && method !== 'SUBSCRIBE') return []
    return [(args ?? params).length]
  })
}

test('OKX is asked for 230 markets with three messages over one connection', async () => {
  const { server, told, streams } = await open('okx', 230, (index) => `C${index}-USDT`)
  for (const one of follows(230)) streams.follow(one)
  await vi.waitFor(() => expect(asked(server)).toEqual([100, 100, 30]), QUICK)
  expect(server.connections()).toBe(1)
  const row = ['60000', '1', '2', '1', '1.5', '3', '5', '5', '1']
  server.say({ arg: { channel: 'candle1m', instId: 'C229-USDT' }, data: [row] })
  await vi.waitFor(() => expect(told).toHaveLength(1), QUICK)
  expect(told[0]).toMatchObject([`${market(229)} 1m`, { start: 60, close: '1.5' }])
})

test('Bybit is asked for ten markets a message, as many as it takes, not more than five messages a second', async () => {
  const { server, streams } = await open('bybit', 35, (index) => `C${index}USDT`)
  const began = performance.now()
  for (const one of follows(35)) streams.follow(one)
  await vi.waitFor(() => expect(asked(server)).toEqual([10, 10, 10, 5]), QUICK)
  expect(performance.now() - began).toBeGreaterThan(3 * 200)
  expect(server.connections()).toBe(1)
})

test('Binance is asked for 150 markets with two messages over one connection', async () => {
  const { server, streams } = await open('binance', 150, (index) => `C${index}USDT`)
  for (const one of follows(150)) streams.follow(one)
  await vi.waitFor(() => expect(asked(server)).toEqual([100, 50]), QUICK)
  expect(server.connections()).toBe(1)
})

test('a connection that is cut is opened again, and everything asked for again with it', async () => {
  const { server, streams } = await open('okx', 3, (index) => `C${index}-USDT`)
  for (const one of follows(3)) streams.follow(one)
  await vi.waitFor(() => expect(asked(server)).toEqual([3]), QUICK)
  server.cut()
  await vi.waitFor(() => expect(asked(server)).toEqual([3, 3]), QUICK)
  expect(server.connections()).toBe(2)
})

test('what nobody follows any more is not asked for again, and what comes later has a message of its own', async () => {
  const { server, streams } = await open('okx', 4, (index) => `C${index}-USDT`)
  const [first, second, third, fourth] = follows(4) as [Streamed, Streamed, Streamed, Streamed]
  const cancel = streams.follow(first)
  for (const one of [second, third]) streams.follow(one)
  await vi.waitFor(() => expect(asked(server)).toEqual([3]), QUICK)
  streams.follow(fourth)
  await vi.waitFor(() => expect(asked(server)).toEqual([3, 1]), QUICK)
  cancel()
  server.cut()
  await vi.waitFor(() => expect(asked(server).toSorted()).toEqual([1, 1, 2, 3]), QUICK)
})

test('a market that the exchange does not have is left out of the message of the others', async () => {
  const heard: string[][] = []
  const streams = new StreamBatches({
    most: 100,
    hear: async (wanted) => {
      heard.push(wanted.map((one) => one.market))
      await new Promise(() => undefined)
    },
    listed: async (wanted) => wanted.filter((one) => one.market !== market(1)),
    clock: systemClock,
    log,
  })
  onTestFinished(() => streams.stop())
  for (const one of follows(3)) streams.follow(one)
  await vi.waitFor(() => expect(heard).toEqual([[market(0), market(2)]]), QUICK)
})
