import { expect, test } from 'vitest'
import { closedOf } from './ccxt-feed.ts'
import { candlesOf, LiveBinance } from './live-binance.ts'

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

test('refuses rows that are not candles in decimal text', () => {
  expect(candlesOf([[60_000, '1.50', '2', '1', '1.75', '3']])).toEqual([
    { start: 60, open: '1.50', high: '2', low: '1', close: '1.75', volume: '3' },
  ])
  expect(() => candlesOf([[60_000, 1.5, '2', '1', '1.75', '3']])).toThrow()
  expect(() => candlesOf([[60_000, '1e5', '2', '1', '1.75', '3']])).toThrow()
  expect(() => candlesOf([[60_000]])).toThrow()
})
