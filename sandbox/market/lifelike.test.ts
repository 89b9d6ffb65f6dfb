// What the market shares with real ones, as figures: how fast it moves, that wild times come in clusters, how its book breathes.

import { expect, test } from 'vitest'
import { Book } from '../exchange/book.ts'
import { Market, tickAt } from './market.ts'

const NOW = Date.UTC(2026, 10, 23, 12, 34, 56, 789)
const BTC = 'BTC/USDT'
const SEEDS = [1, 2, 3]
const MARKETS = new Map(SEEDS.map((seed) => [seed, new Market({ seed })]))
const WEEK_MINUTES = 7 * 24 * 60
const DAY = 86_400_000

const marketOf = (seed: number) => MARKETS.get(seed) ?? expect.fail()

/** Percent, minute by minute, over a week. */
function moves(seed: number): number[] {
  const closes = Array.from({ length: WEEK_MINUTES + 1 }, (_, i) =>
    Number(marketOf(seed).price(BTC, NOW + (i - WEEK_MINUTES) * 60_000)),
  )
  return changes(closes)
}

function changes(closes: readonly number[]): number[] {
  return closes.slice(1).map((close, i) => 100 * Math.log(close / (closes[i] ?? close)))
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length

function deviation(values: readonly number[]): number {
  const middle = mean(values)
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)))
}

function autocorrelation(values: readonly number[], lag: number): number {
  const middle = mean(values)
  const off = values.map((value) => value - middle)
  const together = off.slice(lag).map((value, i) => value * (off[i] ?? 0))
  return together.reduce((sum, value) => sum + value, 0) / off.reduce((sum, v) => sum + v ** 2, 0)
}

function hours(values: readonly number[]): number[] {
  return Array.from({ length: values.length / 60 }, (_, hour) =>
    deviation(values.slice(hour * 60, hour * 60 + 60)),
  ).sort((a, b) => a - b)
}

test.each(SEEDS)(
  'a usual minute moves by some hundredths of a per cent, and none spoils the day (seed %i)',
  (seed) => {
    const week = moves(seed)
    const sorted = hours(week)
    const share = (part: number) => sorted[Math.floor(sorted.length * part)] ?? 0
    expect(share(0.5)).toBeGreaterThan(0.03)
    expect(share(0.5)).toBeLessThan(0.06)
    expect(share(0.05), 'a quiet hour').toBeLessThan(0.03)
    expect(share(0.95), 'a wild hour').toBeGreaterThan(0.06)
    expect(share(1 - 1e-9), 'the wildest').toBeLessThan(0.2)
    expect(Math.max(...week.map(Math.abs))).toBeLessThan(1)
  },
)

test.each(SEEDS)(
  'wild minutes follow wild ones, for an hour and more; up says little of what is next (seed %i)',
  (seed) => {
    const week = moves(seed)
    const sizes = week.map(Math.abs)
    for (const lag of [1, 5, 15, 30]) expect(autocorrelation(sizes, lag)).toBeGreaterThan(0.05)
    expect(autocorrelation(sizes, 60)).toBeGreaterThan(0.03)
    for (const lag of [1, 5, 15]) expect(Math.abs(autocorrelation(week, lag))).toBeLessThan(0.12)
    const kurtosis = mean(week.map((move) => move ** 4)) / mean(week.map((move) => move ** 2)) ** 2
    expect(kurtosis, 'more quiet and more wild minutes than a bell curve has').toBeGreaterThan(4)
  },
)

test.each(SEEDS)(
  'there are trends of hours, and in years the price is not gone (seed %i)',
  (seed) => {
    const days = new Market({ seed }).candles(BTC, '1d', { limit: 1000 }, NOW)
    const closes = days.map(({ close }) => Number(close))
    for (const close of closes) expect(close / 60_000).toBeGreaterThan(0.6)
    for (const close of closes) expect(close / 60_000).toBeLessThan(1.6)
    expect(Math.abs(mean(closes) / 60_000 - 1)).toBeLessThan(0.1)
    const daily = changes(closes)
    expect(deviation(daily)).toBeGreaterThan(1)
    expect(deviation(daily)).toBeLessThan(4)
    expect(Math.abs(mean(daily))).toBeLessThan(0.1)
  },
)

test.each(SEEDS)(
  'what is approved after a minute is nearly always within half a collar (seed %i)',
  (seed) => {
    const market = marketOf(seed)
    const far = Array.from({ length: 2_000 }, (_, i) => NOW - i * 311_000).filter((at) => {
      const moved = Number(market.price(BTC, at + 60_000)) / Number(market.price(BTC, at)) - 1
      return Math.abs(moved) > 0.004
    })
    expect(far.length).toBeLessThanOrEqual(4)
  },
)

test('the same seed gives the same day in any order, over the ends of days and before 1970', () => {
  const [one, other] = [new Market({ seed: 9 }), new Market({ seed: 9 })]
  const moments = Array.from({ length: 40 }, (_, i) => NOW - i * 37 * 3_600_000 - i * 1_234)
  const prices = moments.map((at) => one.price(BTC, at))
  expect(moments.toReversed().map((at) => other.price(BTC, at))).toEqual(prices.toReversed())
  expect(Number(one.price(BTC, -DAY / 2))).toBeGreaterThan(30_000)
})

test('a candle of days is made of those of hours', () => {
  const market = new Market({ seed: 9 })
  const start = Math.floor(NOW / DAY) * DAY - 3 * DAY
  const whole = market.candle(BTC, start, 3 * DAY, NOW)
  const parts = market.candles(BTC, '1h', { start, limit: 72 }, NOW)
  expect(parts).toHaveLength(72)
  expect(Number(whole.high)).toBe(Math.max(...parts.map(({ high }) => Number(high))))
  expect(Number(whole.low)).toBe(Math.min(...parts.map(({ low }) => Number(low))))
  const volume = parts.reduce((sum, part) => sum + Number(part.volume), 0)
  expect(volume).toBeCloseTo(Number(whole.volume), 3)
})

test('no leap at the end of a block or of a day', () => {
  const market = new Market({ seed: 4 })
  const midnight = Math.floor(NOW / DAY) * DAY
  for (let block = 0; block < 600; block++) {
    const at = midnight + DAY / 2 - block * 300_000
    const leap = Number(market.price(BTC, at)) / Number(market.price(BTC, at - 250)) - 1
    expect(Math.abs(leap)).toBeLessThan(0.0006)
  }
})

test('spread and depth breathe, and stay fit for a large market', () => {
  const market = marketOf(3)
  const [btc = expect.fail()] = market.instruments
  const books = Array.from({ length: 120 }, (_, i) =>
    new Book(market).at(btc, tickAt(NOW + i * 97_250)),
  )
  const spreads = books.map(({ bids: [bid], asks: [ask] }) =>
    Number(
      ask?.price
        .minus(bid?.price ?? 0)
        .div(bid?.price ?? 1)
        .times(100),
    ),
  )
  const depths = books.map(({ asks }) =>
    asks.reduce((sum, { price, amount }) => sum + Number(price.times(amount)), 0),
  )
  expect(Math.min(...spreads)).toBeGreaterThan(0.001)
  expect(Math.max(...spreads)).toBeLessThan(0.03)
  expect(Math.max(...spreads) / Math.min(...spreads)).toBeGreaterThan(2)
  expect(Math.min(...depths)).toBeGreaterThan(500_000)
  expect(Math.max(...depths) / Math.min(...depths)).toBeGreaterThan(1.5)
})

test('its day turns over what a large market does', () => {
  const [day] = marketOf(2).candles(BTC, '1d', { limit: 2 }, NOW)
  expect(Number(day?.quoteVolume)).toBeGreaterThan(200_000_000)
  expect(tickAt(DAY)).toBe(345_600)
})
