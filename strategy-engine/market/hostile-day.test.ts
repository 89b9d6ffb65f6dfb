// A day at an exchange that does all that an exchange can do wrong gives the candles of a clean day, or none.
import type { Clock } from '@keyside/runtime'
import { expect, test } from 'vitest'
import type { Candle } from './candle.ts'
import { CandleSequencer, CHECK_MS } from './candle-sequencer.ts'
import type { MarketStatus } from './feed.ts'

const MINUTE_MS = 60_000
const DAY = 1_440
/** Midnight, Unix ms. */
const BEGIN = 1_790_035_200_000
/** Minutes of the day. */
const OUTAGE = { from: 600, to: 660 }
/** The machine's clock is wrong, until the exchange's time is asked for again. */
const WRONG_CLOCK = [
  { from: 300, to: 330, ms: -3_600_000 },
  { from: 900, to: 930, ms: 3_600_000 },
]

/** Numbers of a linear congruential generator, 0 to 1: the same day for the same seed. */
function chanceOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const isWithin = (minute: number, { from, to }: { from: number; to: number }) =>
  minute >= from && minute < to

/** What the exchange's own books say. */
function cleanDay(chance: () => number): Candle[] {
  let price = 100
  return Array.from({ length: DAY + 10 }, (_, at) => {
    const open = price
    price = Math.max(1, price + chance() - 0.5)
    const [high, low] = [Math.max(open, price) + chance(), Math.min(open, price) - chance() / 4]
    const [o, h, l, c] = [open, high, low, price].map((value) => value.toFixed(4))
    const start = BEGIN / 1000 + (at - 10) * 60
    return { start, open: o ?? '', high: h ?? '', low: l ?? '', close: c ?? '', volume: '1.5' }
  })
}

/** The same candle with something that cannot be, or that is not so. */
function spoil(candle: Candle, chance: () => number): Candle {
  const ways: Partial<Candle>[] = [
    { low: '0' },
    { open: '0', close: '0', high: '0', low: '0' },
    { high: candle.low, low: candle.high },
    { close: '9999999' },
    { close: 'NaN' },
    { volume: '-3' },
    { start: candle.start + 17 },
    { start: candle.start + 86_400 },
    { start: candle.start + 6_000_000 },
  ]
  return { ...candle, ...ways[Math.floor(chance() * ways.length)] }
}

async function liveThrough(seed: number) {
  const chance = chanceOf(seed)
  const day = cleanDay(chance)
  const byStart = new Map(day.map((candle) => [candle.start, candle]))
  let elapsed = 0
  let offset = 0
  const minute = () => elapsed / MINUTE_MS
  const realNow = () => BEGIN + elapsed
  const wrong = () => WRONG_CLOCK.find((span) => isWithin(minute(), span))?.ms ?? 0
  const timers = new Set<{ due: number; period?: number; run: () => void }>()
  const add = (timer: { due: number; period?: number; run: () => void }) => {
    timers.add(timer)
    return () => void timers.delete(timer)
  }
  const clock: Clock = {
    now: () => realNow() + wrong(),
    after: (ms, run) => add({ due: elapsed + ms, run }),
    every: (ms, run) => add({ due: elapsed + ms, period: ms, run }),
  }
  const closed = () => day.filter(({ start }) => (start + 60) * 1000 <= realNow())
  const answer = async (candles: readonly Candle[]) => {
    if (isWithin(minute(), OUTAGE) || chance() < 0.05) throw new Error('no route')
    // As the feed does with each request.
    offset = -wrong()
    const rows = candles.flatMap((candle) => {
      const what = chance()
      if (what < 0.02) return [spoil(candle, chance)]
      return what < 0.04 ? [candle, candle] : [candle]
    })
    return chance() < 0.1 ? rows.toReversed() : rows
  }
  const given: Candle[] = []
  const statuses: [minute: number, MarketStatus][] = []
  const codes = new Set<string>()
  const sequencer = new CandleSequencer(
    {
      market: 'BTC/USDT',
      timeframe: '1m',
      history: 5,
      onHistory: (candles) => given.push(...candles),
      onCandle: (candle) => given.push(candle),
      onStatus: (status) => statuses.push([minute(), status]),
      onTrouble: ({ code }) => codes.add(code),
    },
    {
      history: {
        newest: (count) => answer(closed().slice(-count)),
        since: (start) =>
          answer(
            closed()
              .filter((candle) => candle.start >= start)
              .slice(0, 50),
          ),
      },
      clock,
      exchangeNow: () => clock.now() + offset,
    },
  )
  clock.every(CHECK_MS, () => sequencer.check())
  const tell = (candle: Candle) => {
    if (isWithin(minute(), OUTAGE)) return
    const what = chance()
    if (what < 0.1) return
    if (what < 0.2) sequencer.accept(spoil(candle, chance))
    if (what < 0.25) return
    sequencer.accept(candle)
    if (what < 0.4) sequencer.accept(candle)
    const before = day[Math.max(0, day.indexOf(candle) - Math.floor(chance() * 4))]
    if (what < 0.5 && before) sequencer.accept({ ...before, high: String(Number(before.high) + 1) })
  }
  clock.every(MINUTE_MS, () => {
    const candle = byStart.get(realNow() / 1000 - 60)
    if (candle) tell(candle)
  })
  while (elapsed < DAY * MINUTE_MS) {
    await new Promise((resolve) => setImmediate(resolve))
    elapsed = Math.min(...[...timers].map(({ due }) => due))
    for (const timer of [...timers].filter(({ due }) => due <= elapsed)) {
      if (timer.period === undefined) timers.delete(timer)
      else timer.due += timer.period
      timer.run()
    }
  }
  sequencer.stop()
  return { given, byStart, statuses, codes }
}

test.each([1, 2, 3])('day %i', async (seed) => {
  const { given, byStart, statuses, codes } = await liveThrough(seed)
  for (const candle of given) expect(candle).toEqual(byStart.get(candle.start))
  const starts = given.map(({ start }) => start)
  expect(starts).toEqual(starts.map((_, at) => (starts[0] ?? 0) + at * 60))
  expect(starts.length, 'the whole day').toBeGreaterThan(DAY - 5)
  const during = statuses.filter(([minute]) => minute > OUTAGE.from && minute <= OUTAGE.to)
  expect(during.map(([, status]) => status)).toContain('down')
  expect(during.map(([, status]) => status)).not.toContain('fresh')
  expect([...codes]).toEqual(
    expect.arrayContaining(['candle_refused', 'candle_corrected', 'feed_unreachable']),
  )
})
