import { createLog, systemClock } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { LISTED, venue } from '../testing/kline-venue.ts'
import { CcxtFeed, candlesOf, closedOf, LiveBinance } from './ccxt-feed.ts'
import type { FeedTrouble } from './feed.ts'

const prices = { open: '1', high: '1', low: '1', close: '1', volume: '1' }
const rows = [0, 60, 120].map((start) => ({ start, ...prices }))

test('leaves out the candle that still runs', () => {
  expect(closedOf(rows, 60, 150_000)).toEqual(rows.slice(0, 2))
  expect(closedOf(rows, 60, 180_200), 'clocks may differ a little').toEqual(rows.slice(0, 2))
  expect(closedOf([], 60, 0)).toEqual([])
})

test('takes the last candle when its time is well over', () => {
  expect(closedOf(rows, 60, 180_500)).toEqual(rows)
})

test('holds no credentials, and speaks to the given address alone', () => {
  const exchange = new LiveBinance(() => undefined, 'http://127.0.0.1:9')
  for (const secret of ['apiKey', 'secret', 'password', 'privateKey', 'token'] as const)
    expect(exchange[secret], secret).toBeFalsy()
  const urls = JSON.stringify(exchange.urls['api']).match(/\w+:\/\/[^/"]+/g) ?? []
  expect(new Set(urls)).toEqual(new Set(['http://127.0.0.1:9', 'ws://127.0.0.1:9']))
})

test('tells a close with the event that says so, and not with the next candle', () => {
  const closed: unknown[] = []
  const exchange = new LiveBinance((...told) => closed.push(told), 'http://127.0.0.1:9')
  const names = { id: 'BTCUSDT', symbol: 'BTC/USDT', base: 'BTC', quote: 'USDT' }
  exchange.setMarkets([{ ...names, type: 'spot', spot: true }])
  const client = { url: 'ws://127.0.0.1:9/ws', resolve: () => undefined }
  const event = (x: boolean) => {
    const k = { t: 60_000, i: '1m', o: '1.50', h: '2', l: '1', c: '1.75', v: '3', x }
    exchange.handleOHLCV(client as never, { e: 'kline', E: 120_001, s: 'BTCUSDT', k })
  }
  event(false)
  expect(closed).toEqual([])
  event(true)
  const prices = { open: '1.50', high: '2', low: '1', close: '1.75', volume: '3' }
  expect(closed).toEqual([['BTC/USDT 1m', { start: 60, ...prices }]])
})

test('a market that was delisted after it was loaded is refused by its name', async () => {
  const feed = new CcxtFeed({
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

test('refuses rows that are not candles in decimal text', () => {
  expect(candlesOf([[60_000, '1.50', '2', '1', '1.75', '3']])).toEqual([
    { start: 60, open: '1.50', high: '2', low: '1', close: '1.75', volume: '3' },
  ])
  expect(() => candlesOf([[60_000, 1.5, '2', '1', '1.75', '3']])).toThrow()
  expect(() => candlesOf([[60_000, '1e5', '2', '1', '1.75', '3']])).toThrow()
  expect(() => candlesOf([[60_000]])).toThrow()
})
