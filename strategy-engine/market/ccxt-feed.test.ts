import { createLog, systemClock } from '@keyside/runtime'
import { expect, onTestFinished, test, vi } from 'vitest'
import { LISTED, venue } from '../testing/kline-venue.ts'
import { streamVenue } from '../testing/stream-venue.ts'
import type { Candle } from './candle.ts'
import { openCcxtFeed } from './ccxt-feed.ts'
import type { FeedTrouble } from './feed.ts'

test('a market that was delisted after it was loaded is refused by its name', async () => {
  const feed = await openCcxtFeed({
    name: 'binance',
    address: await venue({
      '/api/v3/exchangeInfo': [200, { symbols: [LISTED] }],
      '/api/v3/time': [200, { serverTime: Date.now() }],
      '/api/v3/klines': [400, { code: -1121, msg: 'Invalid symbol.' }],
    }),
    clock: systemClock,
    log: createLog({ program: 'test', level: 'silent' }),
  })
  onTestFinished(() => feed.close())
  const told = Promise.withResolvers<FeedTrouble>()
  feed.subscribe({
    market: 'BTC/USDT',
    timeframe: '1m',
    history: 2,
    onCandle: () => expect.unreachable(),
    onHistory: () => expect.unreachable(),
    onStatus: () => undefined,
    onTrouble: told.resolve,
  })
  expect(await told.promise).toEqual({
    code: 'market_unknown',
    message: 'binance has no candles of BTC/USDT 1m: correct the strategy file',
  })
})

test('of an exchange that marks nothing, a candle comes as soon as the next one begins', async () => {
  const minute = Math.floor(Date.now() / 60_000) * 60
  const now = () => (minute + 59) * 1000 + performance.now() - began
  const began = performance.now()
  const row = (start: number, close: string) => [start, '1', '2', '1', close, '1.2', '3', 9]
  const server = await streamVenue({
    '/0/public/AssetPairs': () => ({ error: [], result: { XBTUSDT: PAIR } }),
    '/0/public/Assets': () => ({
      error: [],
      result: { XXBT: { altname: 'XBT' }, USDT: { altname: 'USDT' } },
    }),
    '/0/public/Time': () => ({ error: [], result: { unixtime: Math.floor(now() / 1000) } }),
    // It never learns of the one that runs.
    '/0/public/OHLC': () => ({
      error: [],
      result: { XBTUSDT: [row(minute - 120, '1.1'), row(minute - 60, '1.2')], last: minute },
    }),
  })
  const feed = await openCcxtFeed({
    name: 'kraken',
    address: server.address,
    clock: { ...systemClock, now },
    log: createLog({ program: 'test', level: 'silent' }),
  })
  onTestFinished(() => feed.close())
  const told = Promise.withResolvers<Candle>()
  const past = Promise.withResolvers<readonly Candle[]>()
  feed.subscribe({
    market: 'BTC/USDT',
    timeframe: '1m',
    history: 2,
    onCandle: told.resolve,
    onHistory: past.resolve,
    onStatus: () => undefined,
    onTrouble: ({ message }) => told.reject(new Error(message)),
  })
  expect((await past.promise).map(({ close }) => close)).toEqual(['1.1', '1.2'])
  await vi.waitFor(() => expect(server.heard).toHaveLength(1), 5_000)
  const event = (start: number, close: number) => {
    const interval_begin = new Date(start * 1000).toISOString()
    const prices = { open: 1, high: 2, low: 1, close, volume: 3 }
    server.say({
      channel: 'ohlc',
      type: 'update',
      data: [{ symbol: 'BTC/USDT', ...prices, interval_begin, interval: 1 }],
    })
  }
  event(minute, 1.5)
  event(minute, 1.6)
  await vi.waitFor(() => expect(now()).toBeGreaterThan((minute + 60) * 1000), 5_000)
  event(minute + 60, 1.7)
  expect(await told.promise).toMatchObject({ start: minute, close: '1.6' })
})

const PAIR = {
  altname: 'XBTUSDT',
  wsname: 'XBT/USDT',
  base: 'XXBT',
  quote: 'USDT',
  pair_decimals: 1,
  lot_decimals: 8,
  cost_decimals: 5,
  leverage_buy: [],
  leverage_sell: [],
  fees: [[0, 0.4]],
  fees_maker: [[0, 0.25]],
  ordermin: '0.0001',
  costmin: '0.5',
  tick_size: '0.1',
  status: 'online',
}
