// How much of the past is asked for, in how many requests.
import { createLog, systemClock } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { LISTED, venue } from '../testing/kline-venue.ts'
import type { Candle } from './candle.ts'
import { openCcxtFeed } from './ccxt-feed.ts'

/** The oldest candle of the market, minutes ago. */
const AGE = 4_000
const PAGE = 1_000

/** When the candle that runs began. The clock stands half a minute later: no candle closes while a test runs. */
const now = Math.floor(Date.now() / 60_000) * 60_000
const clock = { ...systemClock, now: () => now + 30_000 }

/** A market of one-minute candles up to now, in answers of at most `PAGE`, by what was asked for. */
async function open() {
  const oldest = now - AGE * 60_000
  const asked: [since: number | null, limit: number][] = []
  const klines = (query: URLSearchParams): [number, object] => {
    const limit = Math.min(PAGE, Number(query.get('limit')))
    const since = query.has('startTime') ? Number(query.get('startTime')) : null
    asked.push([since, limit])
    const first = since === null ? now - (limit - 1) * 60_000 : Math.max(since, oldest)
    const times = Array.from({ length: limit }, (_, i) => first + i * 60_000)
    return [200, times.filter((time) => time <= now).map(row)]
  }
  const feed = await openCcxtFeed({
    name: 'binance',
    address: await venue({
      '/api/v3/exchangeInfo': [200, { symbols: [LISTED] }],
      '/api/v3/time': () => [200, { serverTime: clock.now() }],
      '/api/v3/klines': klines,
    }),
    clock,
    log: createLog({ program: 'test', level: 'silent' }),
  })
  onTestFinished(() => feed.close())
  const history = (count: number, known?: Candle) => {
    const told = Promise.withResolvers<{ candles: readonly Candle[]; goesOn: boolean }>()
    feed.subscribe({
      ...{ market: 'BTC/USDT', timeframe: '1m', history: count, known },
      onCandle: () => undefined,
      onHistory: (candles, goesOn) => told.resolve({ candles, goesOn }),
      onStatus: () => undefined,
      onTrouble: ({ message }) => told.reject(new Error(message)),
    })
    return told.promise
  }
  /** The candle that opened so many minutes before the one that runs. */
  const ago = (minutes: number): Candle => {
    const [, o = '', h = '', l = '', c = '', v = ''] = row(now - minutes * 60_000).map(String)
    return { start: now / 1000 - minutes * 60, open: o, high: h, low: l, close: c, volume: v }
  }
  return { asked, history, ago }
}

function row(time: number): (number | string)[] {
  const close = (100 + ((time / 60_000) % 7)).toFixed(2)
  return [time, '103.00', '107.00', '99.00', close, '1.5', time + 59_999, '0', 1, '0', '0', '0']
}

test('a history of several answers is asked for page by page, and comes whole, once, and in order', async () => {
  const { history, asked, ago } = await open()
  const { candles, goesOn } = await history(2_500)
  expect(goesOn).toBe(false)
  expect(candles).toHaveLength(2_500)
  const starts = candles.map(({ start }) => start)
  expect(starts).toEqual(starts.map((_, i) => (starts[0] ?? 0) + i * 60))
  expect(candles.at(-1)).toEqual(ago(1))
  expect(asked.map(([, limit]) => limit)).toEqual([PAGE, PAGE, PAGE])
  const [one = 0, two = 0, three = 0] = asked.map(([since]) => since ?? 0)
  expect([two - one, three - two]).toEqual([PAGE * 60_000, PAGE * 60_000])
})

test('a market that is younger than that gives what it has', async () => {
  const { history, ago } = await open()
  const { candles } = await history(9_000)
  expect([candles.length, candles[0]]).toEqual([AGE, ago(AGE)])
})

test('behind a known candle one answer is enough, however long the history would be', async () => {
  const { history, asked, ago } = await open()
  const known = ago(4)
  const { candles, goesOn } = await history(2_500, known)
  expect(goesOn).toBe(true)
  expect(candles).toEqual([ago(3), ago(2), ago(1)])
  expect(asked).toEqual([[known.start * 1000, PAGE]])
})

test('a known candle that is the newest is gone on from without any other', async () => {
  const { history, ago } = await open()
  expect(await history(999, ago(1))).toEqual({ candles: [], goesOn: true })
})

test('behind a known candle that is too old, or that the exchange tells otherwise, all history comes', async () => {
  const { history, ago } = await open()
  for (const known of [ago(950), { ...ago(4), close: '104.50' }, { ...ago(4), start: 30 }]) {
    const { candles, goesOn } = await history(999, known)
    expect([candles.length, goesOn]).toEqual([999, false])
  }
})

/** OKX gives at most 300, and nothing of a time when the market was not there: such a page is not the last one. */
test('where a page is small, or empty before the market began, the history still comes whole', async () => {
  const oldest = now - 1_000 * 60_000
  const asked: (string | null)[] = []
  const candles = (query: URLSearchParams): [number, object] => {
    asked.push(query.get('before'))
    const [before, after] = ['before', 'after'].map((name) => Number(query.get(name)))
    const first = Math.max((before ?? 0) + 1, oldest)
    const most = Math.min(300, Number(query.get('limit')))
    const data = Array.from(
      { length: most },
      (_, i) => Math.ceil(first / 60_000) * 60_000 + i * 60_000,
    )
      .filter((time) => time < (after ?? 0) && time <= now)
      .map((time) => [...row(time).slice(0, 6).map(String), '5', '5', time < now ? '1' : '0'])
    return [200, { code: '0', msg: '', data: data.toReversed() }]
  }
  const instrument = {
    ...{ instType: 'SPOT', instId: 'BTC-USDT', baseCcy: 'BTC', quoteCcy: 'USDT', state: 'live' },
    ...{ tickSz: '0.1', lotSz: '0.00000001', minSz: '0.00001', maxLmtSz: '9' },
  }
  const feed = await openCcxtFeed({
    name: 'okx',
    address: await venue({
      '/api/v5/public/instruments': [200, { code: '0', data: [instrument] }],
      '/api/v5/public/time': () => [200, { code: '0', data: [{ ts: String(clock.now()) }] }],
      '/api/v5/market/candles': candles,
      '/api/v5/market/history-candles': candles,
    }),
    clock,
    log: createLog({ program: 'test', level: 'silent' }),
  })
  onTestFinished(() => feed.close())
  const told = Promise.withResolvers<readonly Candle[]>()
  feed.subscribe({
    ...{ market: 'BTC/USDT', timeframe: '1m', history: 1_700 },
    onCandle: () => undefined,
    onHistory: told.resolve,
    onStatus: () => undefined,
    onTrouble: ({ message }) => told.reject(new Error(message)),
  })
  const starts = (await told.promise).map(({ start }) => start)
  expect(starts).toHaveLength(1_000)
  expect(starts).toEqual(starts.map((_, i) => oldest / 1000 + i * 60))
  expect(asked.length).toBeGreaterThanOrEqual(6)
})
