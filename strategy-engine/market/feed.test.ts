// What every feed must keep to, held against each of them.

import { type Clock, createLog, systemClock } from '@keyside/runtime'
import {
  bybitDialect,
  DEMO_WAVE,
  Market,
  okxDialect,
  startExchange,
  type VenueDialect,
} from '@keyside/sandbox'
import { describe, expect, type TestContext, test } from 'vitest'
import { replayFeed } from '../testing/replay-feed.ts'
import type { Candle, Timeframe } from './candle.ts'
import { openCcxtFeed } from './ccxt-feed.ts'
import type { Feed, FeedTrouble, MarketStatus, Origin } from './feed.ts'

interface Opened {
  readonly feed: Feed
  /** Makes live candles come until `holds`. */
  readonly run: (holds: () => boolean) => Promise<void>
}

/** Tests run side by side, so that each must clean up through its own context. */
type Finish = TestContext['onTestFinished']

const FEEDS: Record<string, (finish: Finish) => Promise<Opened>> = {
  'ccxt feed': async (finish) => {
    const { feed } = await openExchange(finish)
    return { feed, run: until }
  },
  'replay feed': async () => {
    const feed = replayFeed(range(1_000, 1_030), 20)
    const run = async (holds: () => boolean) => {
      while (!holds()) if (!feed.advance()) throw new Error('no candle left')
    }
    return { feed, run }
  },
}

describe.concurrent.each(Object.keys(FEEDS))('%s', (name) => {
  const open = (finish: Finish) => FEEDS[name]?.(finish) ?? expect.unreachable()

  test('gives history first, then live candles, in order, without gap or duplicate', async ({
    onTestFinished,
  }) => {
    const { feed, run } = await open(onTestFinished)
    const seen = follow(feed, 10)
    await run(() => seen.live().length >= 2)
    await feed.close()
    expect(seen.origins().slice(0, 11)).toEqual([...Array(10).fill('history'), 'live'])
    const starts = seen.candles.map(([candle]) => candle.start)
    expect(starts).toEqual(starts.map((_, i) => (starts[0] ?? 0) + i))
    expect(seen.troubles).toEqual([])
  })

  test('gives prices as decimal text', async ({ onTestFinished }) => {
    const { feed, run } = await open(onTestFinished)
    const seen = follow(feed, 3)
    await run(() => seen.live().length >= 1)
    for (const [{ start, ...prices }] of seen.candles)
      for (const price of Object.values(prices)) expect(price).toMatch(/^\d+(\.\d+)?$/)
  })

  test('goes on behind a known candle, and gives all history where the exchange says otherwise of it', async ({
    onTestFinished,
  }) => {
    const { feed, run } = await open(onTestFinished)
    const before = follow(feed, 10)
    await run(() => before.live().length >= 1)
    const [known] = before.candles[7] ?? expect.unreachable()
    const after = follow(feed, 10, 'BTC/USDT', known)
    const other = follow(feed, 10, 'BTC/USDT', { ...known, volume: '98765.4321' })
    await run(() => after.live().length >= 1 && other.live().length >= 1)
    await feed.close()
    expect([after.goesOn, other.goesOn]).toEqual([[true], [false]])
    expect(after.candles[0]?.[0]).toEqual(before.candles[8]?.[0])
    expect(other.origins().slice(0, 10)).toEqual(Array(10).fill('history'))
    const starts = after.candles.map(([candle]) => candle.start)
    expect(starts).toEqual(starts.map((_, i) => known.start + 1 + i))
  })

  test('gives two subscribers the same live candles', async ({ onTestFinished }) => {
    const { feed, run } = await open(onTestFinished)
    const [one, other] = [follow(feed, 2), follow(feed, 5)]
    await run(() => one.live().length >= 1 && other.live().length >= 1)
    const shared = one.candles.filter(([a]) => other.candles.some(([b]) => a.start === b.start))
    for (const [candle] of shared)
      expect(other.candles.map(([each]) => each)).toContainEqual(candle)
    expect(shared.length).toBeGreaterThanOrEqual(2)
  })

  test('gives nothing after it was canceled', async ({ onTestFinished }) => {
    const { feed, run } = await open(onTestFinished)
    const [canceled, other] = [follow(feed, 2), follow(feed, 2)]
    await run(() => canceled.live().length >= 1)
    canceled.cancel()
    const { length } = canceled.candles
    const before = other.live().length
    await run(() => other.live().length > before)
    expect(canceled.candles.length).toBe(length)
  })
})

describe.concurrent('ccxt feed', () => {
  test('goes on without a gap when the streams are cut', async ({ onTestFinished }) => {
    const { feed, exchange } = await openExchange(onTestFinished)
    const seen = follow(feed, 2)
    await until(() => seen.live().length >= 1)
    exchange.dropStreams()
    await until(() => seen.live().length >= 4)
    const starts = seen.candles.map(([candle]) => candle.start)
    expect(starts).toEqual(starts.map((_, i) => (starts[0] ?? 0) + i))
  })

  test('says once that the exchange is away, and repairs what it missed', async ({
    onTestFinished,
  }) => {
    const { feed, exchange } = await openExchange(onTestFinished)
    const seen = follow(feed, 2)
    await until(() => seen.live().length >= 1)
    exchange.faults.arm({ name: 'refuse-connect', ms: 2_500 })
    await until(() => seen.live().length >= 5)
    const starts = seen.candles.map(([candle]) => candle.start)
    expect(starts).toEqual(starts.map((_, i) => (starts[0] ?? 0) + i))
    expect(seen.troubles.filter(({ code }) => code === 'feed_unreachable').length).toBe(1)
  })

  test('begins when the exchange comes up after it', async ({ onTestFinished }) => {
    const { feed, exchange } = await openExchange(onTestFinished)
    exchange.faults.arm({ name: 'refuse-connect', ms: 1_500 })
    const seen = follow(feed, 3)
    await until(() => seen.live().length >= 1)
    expect(seen.origins().slice(0, 3)).toEqual(Array(3).fill('history'))
    expect(seen.troubles.map(({ code }) => code)).toEqual(['feed_unreachable'])
  })

  test.each([
    ['okx', shut(okxDialect())],
    ['bybit', shut(bybitDialect())],
  ])('asks %s, whose stream is shut, for a candle when its time is over', async (name, dialect) => {
    const { seen } = await nextMinute(name, dialect)
    expect(seen.troubles).toEqual([])
  })

  test.each([
    ['okx', okxDialect(), 'GET /api/v5/market/candles'],
    ['bybit', bybitDialect(), 'GET /v5/market/kline'],
  ])(
    'takes a candle of %s from its stream when that says that it is closed',
    async (name, dialect, asked) => {
      await nextMinute(name, dialect, asked)
    },
  )

  test('says that a market does not exist', async ({ onTestFinished }) => {
    const { feed } = await openExchange(onTestFinished)
    const seen = follow(feed, 2, 'NOPE/USDT')
    await until(() => seen.troubles.length > 0)
    expect(seen.troubles[0]).toEqual({
      code: 'market_unknown',
      message: 'binance has no candles of NOPE/USDT 1s: correct the strategy file',
    })
  })

  test('a market that does not exist takes down its own stream alone', async ({
    onTestFinished,
  }) => {
    const { feed } = await openExchange(onTestFinished)
    const gone = follow(feed, 2, 'NOPE/USDT')
    const there = follow(feed, 2)
    await until(() => gone.troubles.length > 0 && there.live().length >= 2)
    expect([gone.candles, there.troubles]).toEqual([[], []])
  })

  test('says once that this clock differs from the one of the exchange', async ({
    onTestFinished,
  }) => {
    const { feed, exchange, logged } = await openExchange(onTestFinished)
    exchange.faults.arm({ name: 'clock-skew', ms: -20_000 })
    const [one, other] = [follow(feed, 2), follow(feed, 2)]
    const told = () => logged().filter(({ code }) => code === 'clock_differs')
    await until(() => told().length > 0 && [one, other].every(({ candles }) => candles.length > 0))
    expect(told()).toEqual([
      expect.objectContaining({ msg: expect.stringContaining('20 s ahead') }),
    ])
  })
})

async function openExchange(
  finish: Finish,
  { name = 'binance', ...others }: Partial<Opening> = {},
) {
  const market = new Market({ seed: 5, wave: DEMO_WAVE })
  const exchange = await startExchange({ market, accounts: [], ...others })
  const lines: { code?: string; msg: string }[] = []
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) }
  const log = createLog({ program: 'test', level: 'info', destination })
  const feed = await openCcxtFeed({
    name,
    address: exchange.address,
    clock: others.clock ?? systemClock,
    log,
  })
  finish(async () => {
    await feed.close()
    await exchange.stop()
  })
  return { feed, exchange, logged: () => lines }
}

/** History, and the minute that closes then. `away`: what is not answered any more after the history. */
async function nextMinute(name: string, dialect: VenueDialect, away?: string) {
  const undo: (() => unknown)[] = []
  const finish: Finish = (one) => void undo.push(one as () => unknown)
  const { feed, exchange } = await openExchange(finish, {
    name,
    dialect,
    clock: beforeMinute(2_500),
  })
  try {
    const seen = follow(feed, 3, 'BTC/USDT', undefined, '1m')
    await until(() => seen.candles.length > 0)
    if (away !== undefined) exchange.faults.arm({ name: 'reset-before', match: away, count: 1_000 })
    await until(() => seen.live().length >= 1)
    expect(seen.origins()).toEqual(['history', 'history', 'history', 'live'])
    const starts = seen.candles.map(([{ start }]) => start)
    expect(starts).toEqual(starts.map((_, i) => (starts[0] ?? 0) + i * 60))
    return { seen }
  } finally {
    for (const one of undo) await one()
  }
}

interface Opening {
  /** ccxt's name. */
  readonly name: string
  readonly dialect: VenueDialect
  readonly clock: Clock
}

/** Its streams are cut as they are opened. */
function shut(dialect: VenueDialect): VenueDialect {
  const open: VenueDialect['open'] = (parts) => ({
    ...dialect.open(parts),
    accept: (socket) => socket.close(1008),
  })
  return { ...dialect, open }
}

/** On which a minute ends in so many ms. */
function beforeMinute(ms: number): Clock {
  const ahead = 60_000 - ms - (Date.now() % 60_000)
  return { ...systemClock, now: () => Date.now() + ahead }
}

function follow(
  feed: Feed,
  history: number,
  market = 'BTC/USDT',
  known?: Candle,
  timeframe: Timeframe = '1s',
) {
  const goesOn: boolean[] = []
  const candles: [Candle, Origin][] = []
  const troubles: FeedTrouble[] = []
  const statuses: MarketStatus[] = []
  const cancel = feed.subscribe({
    market,
    timeframe,
    history,
    known,
    onHistory: (past, behind) => {
      goesOn.push(behind)
      candles.push(...past.map((one): [Candle, Origin] => [one, 'history']))
    },
    onCandle: (candle, origin) => candles.push([candle, origin]),
    onStatus: (status) => statuses.push(status),
    onTrouble: (trouble) => troubles.push(trouble),
  })
  return {
    candles,
    goesOn,
    troubles,
    statuses,
    cancel,
    origins: () => candles.map(([, origin]) => origin),
    live: () => candles.filter(([, origin]) => origin === 'live'),
  }
}

function range(from: number, to: number): Candle[] {
  return Array.from({ length: to - from }, (_, i) => ({
    start: from + i,
    open: '100',
    high: '101',
    low: '99',
    close: `${100 + (i % 3)}`,
    volume: '1',
  }))
}

async function until(holds: () => boolean, ms = 60_000): Promise<void> {
  const end = Date.now() + ms
  while (!holds()) {
    if (Date.now() > end) throw new Error('it did not happen in time')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
