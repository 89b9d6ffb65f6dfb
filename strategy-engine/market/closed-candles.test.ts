import { expect, test } from 'vitest'
import { candlesOf, closedOf, followedCandles, MARKED } from './closed-candles.ts'

const prices = { open: '1.50', high: '2', low: '1', close: '1.75', volume: '3' }
const PRICES = ['1.50', '2', '1', '1.75', '3'] as const

const kline = (x: unknown) => ({
  e: 'kline',
  s: 'BTCUSDT',
  k: { t: 60_000, i: '1m', o: '1.50', h: '2', l: '1', c: '1.75', v: '3', x },
})
const channel = (confirm: unknown) => ({
  arg: { channel: 'candle1H', instId: 'BTC-USDT' },
  data: [['3600000', ...PRICES, '5', '5', confirm]],
})
const topic = (confirm: unknown) => ({
  topic: 'kline.60.BTCUSDT',
  data: [{ start: 3_600_000, end: 7_199_999, interval: '60', ...prices, confirm }],
})

test.each([
  ['binance', kline, true, false, { id: 'BTCUSDT', interval: '1m', start: 60 }],
  ['binanceus', kline, true, false, { id: 'BTCUSDT', interval: '1m', start: 60 }],
  ['okx', channel, '1', '0', { id: 'BTC-USDT', interval: '1H', start: 3600 }],
  ['myokx', channel, '1', '0', { id: 'BTC-USDT', interval: '1H', start: 3600 }],
  ['bybit', topic, true, false, { id: 'BTCUSDT', interval: '60', start: 3600 }],
  ['bybiteu', topic, true, false, { id: 'BTCUSDT', interval: '60', start: 3600 }],
])('%s says with each candle whether it is closed', (venue, event, yes, no, { start, ...said }) => {
  const read = MARKED[venue]
  expect(read?.(event(yes))).toEqual([{ ...said, candle: { start, ...prices } }])
  for (const other of [no, undefined, 'yes', null]) expect(read?.(event(other))).toEqual([])
})

test('what is no candle of a venue is none', () => {
  const [binance, okx, bybit] = [MARKED['binance'], MARKED['okx'], MARKED['bybit']]
  for (const read of [binance, okx, bybit])
    for (const message of [null, 'pong', [], { event: 'subscribe', arg: { channel: 'candle1m' } }])
      expect(read?.(message)).toEqual([])
  expect(okx?.({ ...channel('1'), arg: { channel: 'tickers', instId: 'BTC-USDT' } })).toEqual([])
  expect(
    okx?.({ ...channel('1'), data: [['3600000', '1e5', '2', '1', '1', '3', '5', '5', '1']] }),
  ).toEqual([])
  expect(bybit?.({ ...topic(true), topic: 'publicTrade.BTCUSDT' })).toEqual([])
})

test('two candles of one message are both told, when it says that both are closed', () => {
  const [row = {}] = topic(true).data
  const both = { ...topic(true), data: [row, { ...row, start: 7_200_000 }] }
  expect(MARKED['bybit']?.(both).map(({ candle }) => candle.start)).toEqual([3600, 7200])
})

test('where closes are not marked, a candle is closed when a later one shows', () => {
  const rows = [0, 60_000, 120_000].map((at) => [at, ...PRICES])
  expect(followedCandles(rows, -1).map(({ start }) => start)).toEqual([0, 60])
  expect(followedCandles(rows, 0)).toEqual([{ start: 60, ...prices }])
  expect(followedCandles(rows.slice(0, 1), -1)).toEqual([])
  const unreadable = [[0, ...PRICES.slice(1), undefined], ...rows.slice(1)]
  expect(followedCandles(unreadable, -1).map(({ start }) => start)).toEqual([60])
})

const rows = [0, 60, 120].map((start) => ({ start, ...prices }))

test('leaves out the candle that still runs', () => {
  expect(closedOf(rows, 60, 150_000)).toEqual(rows.slice(0, 2))
  expect(closedOf(rows, 60, 180_200), 'clocks may differ a little').toEqual(rows.slice(0, 2))
  expect(closedOf([], 60, 0)).toEqual([])
})

test('takes the last candle when its time is well over', () => {
  expect(closedOf(rows, 60, 180_500)).toEqual(rows)
})

test('refuses rows that are not candles in decimal text', () => {
  expect(candlesOf([[60_000, ...PRICES]])).toEqual([{ start: 60, ...prices }])
  expect(() => candlesOf([[60_000, 1.5, '2', '1', '1.75', '3']])).toThrow()
  expect(() => candlesOf([[60_000, '1e5', '2', '1', '1.75', '3']])).toThrow()
  expect(() => candlesOf([[60_000]])).toThrow()
})
