import { type Clock, KeysideError } from '@keyside/runtime'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Candle } from './candle.ts'
import { CandleSequencer, CHECK_MS } from './candle-sequencer.ts'
import type { FeedTrouble, MarketStatus, Origin } from './feed.ts'

const minute = (n: number): Candle => {
  const price = String(n)
  return { start: n * 60, open: price, high: price, low: price, close: price, volume: '1' }
}

/** An exchange with the given candles, and a manual clock. */
function setUp(exists: (n: number) => boolean = () => true, unknown = 0, twice: Candle[] = []) {
  const fixture = { now: 10, failing: 0, unknown, asked: 0, bad: -1, twice }
  const timers = new Set<{ due: number; period?: number; run: () => void }>()
  let time = 0
  const add = (timer: { due: number; period?: number; run: () => void }) => {
    timers.add(timer)
    return () => void timers.delete(timer)
  }
  const clock: Clock = {
    now: () => time,
    after: (ms, run) => add({ due: time + ms, run }),
    every: (ms, run) => add({ due: time + ms, period: ms, run }),
  }
  const closed = () =>
    Array.from({ length: fixture.now }, (_, n) => n)
      .filter(exists)
      .map(minute)
      .map((one) => (one.start === fixture.bad * 60 ? { ...one, low: '0' } : one))
  const answer = async (candles: Candle[]) => {
    fixture.asked += 1
    if (fixture.failing-- > 0) throw new Error('no route')
    if (fixture.unknown-- > 0) throw new KeysideError('market_unknown', 'no such market')
    return [...candles, ...fixture.twice.splice(0)]
  }
  const given: [number, Origin][] = []
  const troubles: FeedTrouble[] = []
  const statuses: MarketStatus[] = []
  /** Candles given by the end of the history. */
  const counts: number[] = []
  const sequencer = new CandleSequencer(
    {
      market: 'BTC/USDT',
      timeframe: '1m',
      history: 3,
      onCandle: ({ start }, origin) => given.push([start / 60, origin]),
      onHistory: (candles) => {
        for (const { start } of candles) given.push([start / 60, 'history'])
        counts.push(given.length)
      },
      onStatus: (status) => statuses.push(status),
      onTrouble: (trouble) => troubles.push(trouble),
    },
    {
      history: {
        newest: (count) => answer(closed().slice(-count)),
        since: (start) => {
          const later = closed().filter((candle) => candle.start >= start)
          return answer(later.slice(0, 4))
        },
      },
      clock,
      exchangeNow: () => fixture.now * 60_000 + (time % 60_000),
    },
  )
  clock.every(CHECK_MS, () => sequencer.check())
  const settle = async (ms = 0) => {
    for (const end = time + ms; ; ) {
      await new Promise((resolve) => setImmediate(resolve))
      const due = [...timers].filter((timer) => timer.due <= end).sort((a, b) => a.due - b.due)[0]
      if (due === undefined) {
        time = end
        return
      }
      time = due.due
      if (due.period === undefined) timers.delete(due)
      else due.due += due.period
      due.run()
    }
  }
  return { fixture, given, troubles, statuses, counts, sequencer, settle }
}

test('gives history, then each candle once as it closes', async () => {
  const { fixture, given, sequencer, settle } = setUp()
  await settle()
  fixture.now = 13
  for (const n of [10, 10, 11, 9, 12]) sequencer.accept(minute(n))
  expect(given).toEqual([
    [7, 'history'],
    [8, 'history'],
    [9, 'history'],
    [10, 'live'],
    [11, 'live'],
    [12, 'live'],
  ])
})

test('a candle that an answer has twice is given once, and not at all while the two differ', async () => {
  const { fixture, given, troubles, settle } = setUp(undefined, 0, [minute(8), minute(9)])
  await settle()
  expect(given.map(([n]) => n)).toEqual([7, 8, 9])
  fixture.now = 12
  fixture.twice = [minute(10), { ...minute(11), volume: '2' }]
  await settle(3_000)
  expect(given.slice(3).map(([n]) => n)).toEqual([10, 11])
  expect(fixture.asked).toBe(3)
  expect(troubles.map(({ message }) => message)).toContainEqual(
    expect.stringContaining('is there twice, with other prices'),
  )
})

test('fetches what is missing before it gives what is newer', async () => {
  const { fixture, given, sequencer, settle } = setUp()
  await settle()
  fixture.now = 18
  sequencer.accept(minute(17))
  await settle(1_000)
  expect(given.slice(3).map(([n]) => n)).toEqual([10, 11, 12, 13, 14, 15, 16, 17])
  expect(new Set(given.slice(3).map(([, origin]) => origin))).toEqual(new Set(['live']))
})

test('tells a hole that cannot be repaired, and marks the candle after it', async () => {
  const { fixture, given, troubles, sequencer, settle } = setUp((n) => n < 10 || n > 12)
  await settle()
  fixture.now = 15
  sequencer.accept(minute(14))
  await settle(1_000)
  expect(given.slice(3)).toEqual([
    [13, 'after_hole'],
    [14, 'live'],
  ])
  expect(troubles.map(({ code }) => code)).toEqual(['market_repairing', 'feed_gap'])
  expect(troubles.slice(1)).toEqual([
    {
      code: 'feed_gap',
      message:
        'the exchange has no 3 candle(s) of BTC/USDT 1m from 1970-01-01T00:10:00.000Z to 1970-01-01T00:13:00.000Z: no entry is made on the first one after',
    },
  ])
})

test('asks by itself when the close of a candle is not told', async () => {
  const { fixture, given, settle } = setUp()
  await settle()
  fixture.now = 11
  await settle(900)
  expect(given.at(-1)).toEqual([9, 'history'])
  await settle(1_000)
  expect(given.at(-1)).toEqual([10, 'live'])
})

test('waits longer after every failure, tells the first, and gives everything in the end', async () => {
  const { fixture, given, troubles, sequencer, settle } = setUp()
  await settle()
  fixture.now = 12
  fixture.failing = 6
  sequencer.accept(minute(11))
  const before = fixture.asked
  await settle(29_000)
  expect(fixture.asked - before, 'after 1, 2, 4 and 8 s').toBe(4)
  await settle(60_000)
  expect(given.slice(3).map(([n]) => n)).toEqual([10, 11])
  expect(troubles.map(({ code }) => code)).toEqual(['market_repairing', 'feed_unreachable'])
})

test('tells a market that does not exist once, and finds it when it is listed later', async () => {
  const { fixture, given, troubles, settle } = setUp(undefined, 3)
  await settle(299_000)
  expect(fixture.asked).toBe(1)
  await settle(600_000)
  expect(troubles).toEqual([{ code: 'market_unknown', message: 'no such market' }])
  await settle(2_000)
  expect(given.map(([n]) => n)).toEqual([7, 8, 9])
})

test('tells a market that is delisted while it is followed', async () => {
  const { fixture, troubles, settle } = setUp()
  await settle()
  fixture.now = 11
  fixture.unknown = 1_000
  await settle(3_600_000)
  expect(troubles.map(({ code }) => code)).toEqual(['market_unknown'])
  expect(fixture.asked).toBeLessThan(16)
})

test('asks less and less where no candle closes any more, tells it once, and goes on by itself', async () => {
  const { fixture, given, troubles, settle } = setUp((n) => n < 10 || n >= 70)
  await settle()
  fixture.now = 11
  const before = fixture.asked
  await settle(600_000)
  expect(fixture.asked - before).toBeLessThan(30)
  expect(troubles.map(({ code }) => code)).toEqual(['market_late', 'feed_silent'])
  fixture.now = 72
  await settle(60_000)
  expect(given.slice(3)).toEqual([
    [70, 'after_hole'],
    [71, 'live'],
  ])
})

test('a market without one candle is not asked without pause', async () => {
  const { fixture, troubles, counts, settle } = setUp(() => false)
  await settle(600_000)
  expect(fixture.asked).toBeLessThan(30)
  expect(troubles.map(({ code }) => code)).toEqual(['feed_silent'])
  expect(new Set(counts), 'there is no history').toEqual(new Set([0]))
})

test('says when the history has been given, and says it once', async () => {
  const { fixture, sequencer, counts, settle } = setUp()
  await settle()
  fixture.now = 13
  sequencer.accept(minute(12))
  await settle(1_000)
  expect(counts).toEqual([3])
})

test('gives an unbroken line whatever the stream tells, in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 5, max: 30 }), { maxLength: 30 }), async (told) => {
      const { fixture, given, sequencer, settle } = setUp()
      await settle()
      for (const n of told) {
        fixture.now = Math.max(fixture.now, n + 1)
        sequencer.accept(minute(n))
        if (n % 3 === 0) await settle(100)
      }
      await settle(1_000)
      const numbers = given.map(([n]) => n)
      expect(numbers).toEqual(numbers.map((_, i) => 7 + i))
      expect(numbers.at(-1)).toBe(Math.max(9, ...told))
    }),
    { numRuns: 60 },
  )
})

test('tells at each change whether the market is fresh, late, repaired or down, and never twice', async () => {
  const { fixture, statuses, sequencer, settle } = setUp((n) => n < 10 || n > 10)
  await settle(1_000)
  fixture.now = 11
  await settle(8_000)
  fixture.now = 14
  await settle(50_000)
  expect(statuses).toEqual(['fresh', 'late', 'repairing', 'fresh'])
  fixture.failing = 2
  fixture.now = 15
  await settle(20_000)
  sequencer.stop()
  await settle(60_000)
  expect(statuses.slice(4)).toEqual(['late', 'down', 'fresh'])
})

const broken: [string, Partial<Candle>][] = [
  ['a price of zero', { low: '0' }],
  ['a price below zero', { open: '-1', low: '-1' }],
  ['a high below the low', { high: '9', low: '10.5' }],
  ['a close above the high', { close: '12' }],
  ['no number', { close: 'x' }],
  ['a volume below zero', { volume: '-1' }],
  ['a start between two candles', { start: 630 }],
  ['a start that is no time', { start: Number.NaN }],
  ['a start in the future', { start: 60 * 4_000 }],
]

test.each(broken)('%s is refused, and what the exchange keeps is used', async (_, words) => {
  const { fixture, given, troubles, sequencer, settle } = setUp()
  await settle()
  fixture.now = 11
  for (const _ of [1, 2, 3]) sequencer.accept({ ...minute(10), ...words })
  expect(given.length).toBe(3)
  expect(troubles.map(({ code }) => code)).toEqual(['candle_refused'])
  await settle(1_000)
  expect(given.slice(3)).toEqual([[10, 'live']])
})

test('a candle that stays bad counts as missing, and nothing after it is given before', async () => {
  const { fixture, given, troubles, settle } = setUp()
  await settle()
  fixture.bad = 11
  fixture.now = 13
  await settle(5_000)
  expect(given.slice(3)).toEqual([[10, 'live']])
  await settle(60_000)
  expect(given.slice(4)).toEqual([[12, 'after_hole']])
  expect(troubles.map(({ code }) => code)).toContain('candle_refused')
  expect(troubles.map(({ code }) => code)).toContain('feed_gap')
})

test('other prices for a candle that was given are told once, and change nothing', async () => {
  const { fixture, given, troubles, sequencer, settle } = setUp()
  await settle()
  fixture.now = 12
  sequencer.accept(minute(10))
  sequencer.accept(minute(10))
  expect(troubles).toEqual([])
  for (const _ of [1, 2]) sequencer.accept({ ...minute(10), high: '11' })
  sequencer.accept(minute(11))
  expect(troubles.map(({ code }) => code)).toEqual(['candle_corrected'])
  expect(given.slice(3)).toEqual([
    [10, 'live'],
    [11, 'live'],
  ])
})
