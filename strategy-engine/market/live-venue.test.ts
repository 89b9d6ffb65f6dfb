// Frames of the venues' streams, given to an unmodified ccxt as they come over the wire.
import { expect, test } from 'vitest'
import type { Candle } from './candle.ts'
import { openLiveVenue } from './live-venue.ts'

const ADDRESS = 'http://127.0.0.1:9'
const PRICES = ['1.50', '2', '1', '1.75', '3'] as const
const prices = { open: '1.50', high: '2', low: '1', close: '1.75', volume: '3' }
const HOUR = 3_600_000

async function open(name: string, id: string, url = '/ws') {
  const told: [string, Candle][] = []
  const venue = await openLiveVenue(name, (...one) => told.push(one), ADDRESS)
  const swap = { id: name === 'okx' ? `${id}-SWAP` : id, symbol: 'BTC/USDT:USDT' }
  const names = { id, symbol: 'BTC/USDT', base: 'BTC', quote: 'USDT' }
  venue.ccxt.setMarkets([
    { ...names, type: 'spot', spot: true },
    { ...names, ...swap, type: 'swap', spot: false, swap: true, contract: true },
  ])
  const client = { url: `ws://127.0.0.1:9${url}`, resolve: () => undefined, subscriptions: {} }
  const hear = (frame: object) => venue.ccxt.handleMessage(client as never, frame)
  return { venue, told, hear }
}

test.each(['binance', 'binanceus', 'bybit', 'bybiteu', 'okx', 'myokx', 'kraken', 'kucoin', 'gate'])(
  '%s holds no credentials, and speaks to the given address alone',
  async (name) => {
    const { ccxt } = await openLiveVenue(name, () => undefined, ADDRESS)
    for (const secret of ['apiKey', 'secret', 'password', 'privateKey', 'token'] as const)
      expect(ccxt[secret], secret).toBeFalsy()
    const urls = JSON.stringify(ccxt.urls['api']).match(/\w+:\/\/[^/"]+/g) ?? []
    expect(urls.filter((url) => !/^(https?|wss?):\/\/127\.0\.0\.1:9$/.test(url))).toEqual([])
  },
)

test.each([
  ['binance', 100],
  ['okx', 100],
  ['bybit', 10],
  ['bybiteu', 10],
  ['kraken', 1],
  ['coinbase', 0],
])('%s is asked for %i candles with one message', async (name, most) => {
  expect((await openLiveVenue(name, () => undefined, ADDRESS)).most).toBe(most)
})

test('Binance: a close is told with the event that says so, and not with the next candle', async () => {
  const { told, hear } = await open('binance', 'BTCUSDT')
  const event = (x: boolean) => {
    const k = { t: 60_000, s: 'BTCUSDT', i: '1m', o: '1.50', h: '2', l: '1', c: '1.75', v: '3', x }
    hear({ e: 'kline', E: 120_001, s: 'BTCUSDT', k })
  }
  event(false)
  expect(told).toEqual([])
  event(true)
  expect(told).toEqual([['BTC/USDT 1m', { start: 60, ...prices }]])
})

test('OKX: a close is told with the row that confirms it', async () => {
  const { told, hear } = await open('okx', 'BTC-USDT')
  const arg = { channel: 'candle1H', instId: 'BTC-USDT' }
  hear({ arg, data: [[String(HOUR), ...PRICES, '5', '5', '0']] })
  expect(told).toEqual([])
  hear({ arg, data: [[String(HOUR), ...PRICES, '5', '5', '1']] })
  expect(told).toEqual([['BTC/USDT 1h', { start: 3600, ...prices }]])
})

test('OKX: days from midnight in Hong Kong are not the days of history, and none is told', async () => {
  const { told, hear } = await open('okx', 'BTC-USDT')
  for (const channel of ['candle1D', 'candle12H', 'candle1Dutc'])
    hear({
      arg: { channel, instId: 'BTC-USDT' },
      data: [[String(16 * HOUR), ...PRICES, '5', '5', '1']],
    })
  expect(told).toEqual([])
})

test('Bybit: a close is told with the event that confirms it, of the spot market alone', async () => {
  const { venue, told, hear } = await open('bybit', 'BTCUSDT', '/v5/public/spot')
  const event = (confirm: boolean) => {
    const row = { start: HOUR, end: 2 * HOUR - 1, interval: '60', ...prices, confirm }
    hear({ topic: 'kline.60.BTCUSDT', type: 'snapshot', ts: 2 * HOUR, data: [row] })
  }
  event(false)
  expect(told).toEqual([])
  event(true)
  expect(told).toEqual([['BTC/USDT 1h', { start: 3600, ...prices }]])
  venue.look('BTC/USDT', '1h')
  expect(told).toHaveLength(1)
})

test('Kraken, which marks nothing: a close is told when the next candle shows, once', async () => {
  const { venue, told, hear } = await open('kraken', 'XBTUSDT')
  const event = (minute: number, close: number) =>
    hear({
      channel: 'ohlc',
      type: 'update',
      timestamp: '2026-01-01T00:00:00.000000Z',
      data: [
        {
          symbol: 'BTC/USDT',
          open: 1.5,
          high: 2,
          low: 0.0000001,
          close,
          trades: 2,
          volume: 3,
          vwap: 1.6,
          interval_begin: `2026-01-01T00:0${minute}:00.000000000Z`,
          interval: 1,
          timestamp: `2026-01-01T00:0${minute + 1}:00.000000Z`,
        },
      ],
    })
  const look = () => venue.look('BTC/USDT', '1m')
  event(0, 1.7)
  look()
  event(0, 1.75)
  look()
  expect(told).toEqual([])
  event(1, 1.8)
  look()
  look()
  const start = Date.UTC(2026, 0, 1) / 1000
  expect(told).toEqual([
    [
      'BTC/USDT 1m',
      { start, open: '1.5', high: '2', low: '0.0000001', close: '1.75', volume: '3' },
    ],
  ])
})
