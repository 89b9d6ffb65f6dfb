// The market's promises: the same answer for the same question, and candles that agree with each other.
import Big from 'big.js'
import { EMA, RSI } from 'trading-signals'
import { expect, test } from 'vitest'
import { INTERVALS, type Interval } from './candle.ts'
import { CALM, DEMO_WAVE, Market, tickAt } from './market.ts'

const NOW = Date.UTC(2026, 10, 23, 12, 34, 56, 789)
const BTC = 'BTC/USDT'

function closes(market: Market, seconds: number): number[] {
  return market.candles(BTC, '1s', { limit: seconds }, NOW).map((candle) => Number(candle.close))
}

function crossings(prices: readonly number[]): number {
  const [fast, slow] = [new EMA(5), new EMA(13)]
  const signs = prices.map((price) => {
    fast.update(price, false)
    slow.update(price, false)
    const [a, b] = [fast.getResult(), slow.getResult()]
    return a === null || b === null ? 0 : Math.sign(Number(a) - Number(b))
  })
  const known = signs.filter((sign) => sign !== 0)
  return known.filter((sign, i) => i > 0 && sign !== known[i - 1]).length
}

test('gives the same closed candles whenever it is asked, in any order, from any copy', () => {
  const [one, other] = [new Market({ seed: 7 }), new Market({ seed: 7 })]
  const first = one.candles(BTC, '1m', { limit: 50 }, NOW).slice(0, -1)
  one.candles('ETH/USDT', '1d', { limit: 10 }, NOW)
  const again = other.candles(BTC, '1m', { start: first[0]?.openTime, limit: 49 }, NOW + 3_600_000)
  expect(again).toEqual(first)
})

test('gives another price for another seed and another symbol', () => {
  expect(closes(new Market({ seed: 1 }), 20)).not.toEqual(closes(new Market({ seed: 2 }), 20))
})

test.each(Object.keys(INTERVALS) as Interval[])('has a thousand %s candles at hand', (interval) => {
  const candles = new Market({ seed: 7 }).candles(BTC, interval, { limit: 1000 }, NOW)
  expect(candles).toHaveLength(1000)
  expect(candles.at(-1)?.closed).toBe(false)
  expect(candles.at(-2)?.closed).toBe(true)
})

const MADE = (['1m', '15m', '1h', '4h'] as const).flatMap((interval) => [
  { interval, market: 'lifelike', wave: {} },
  { interval, market: 'scripted', wave: { wave: DEMO_WAVE } },
])

test.each(MADE)(
  'makes a $interval candle of a $market market of its seconds',
  ({ interval, wave }) => {
    const market = new Market({ seed: 11, ...wave })
    market.drive(BTC, [{ afterMs: 90_000, factor: 1.04 }], NOW - 2 * INTERVALS[interval])
    const [whole] = market.candles(BTC, interval, { limit: 3 }, NOW)
    if (whole === undefined) throw new Error('no candle')
    const parts = market.candles(
      BTC,
      '1s',
      { start: whole.openTime, end: whole.closeTime, limit: INTERVALS[interval] / 1000 },
      NOW,
    )
    expect(parts).toHaveLength(INTERVALS[interval] / 1000)
    const highs = parts.map((part) => Number(part.high))
    const lows = parts.map((part) => Number(part.low))
    const volume = parts.reduce((sum, part) => sum.plus(part.volume), new Big(0))
    expect(whole).toMatchObject({ open: parts[0]?.open, close: parts.at(-1)?.close })
    expect([Number(whole.high), Number(whole.low)]).toEqual([Math.max(...highs), Math.min(...lows)])
    expect(volume.eq(whole.volume), 'volumes add up').toBe(true)
  },
)

test.each([1, 2, 3, 4, 5])('crosses its averages once in every half wave (seed %i)', (seed) => {
  const prices = closes(new Market({ seed, wave: DEMO_WAVE }), 1000)
  const count = crossings(prices)
  expect(count).toBeGreaterThanOrEqual(19)
  expect(count).toBeLessThanOrEqual(20)
})

test('takes RSI through oversold and overbought in a wave', () => {
  const rsi = new RSI(14)
  const values = closes(new Market({ seed: 3, wave: DEMO_WAVE }), 140).map((price) => {
    rsi.update(price, false)
    return Number(rsi.getResult() ?? 50)
  })
  expect(Math.min(...values)).toBeLessThan(25)
  expect(Math.max(...values)).toBeGreaterThan(75)
})

test('follows a drive from now on and leaves the past alone', () => {
  const market = new Market({ seed: 5, wave: CALM })
  const before = market.candles(BTC, '1s', { limit: 30 }, NOW)
  market.drive(BTC, [{ afterMs: 5_000, factor: 1.02 }], NOW)
  expect(market.candles(BTC, '1s', { limit: 30 }, NOW)).toEqual(before)
  expect(market.price(BTC, NOW)).toBe('60000.00')
  expect(Number(market.price(BTC, NOW + 2_500))).toBeCloseTo(60_587.67, 2)
  expect(market.price(BTC, NOW + 5_250)).toBe('61200.00')
  expect(market.price(BTC, NOW + 86_400_000)).toBe('61200.00')
})

test('keeps a nudge in the candles asked for later', () => {
  const market = new Market({ seed: 5, wave: CALM })
  market.nudge(BTC, 0.5, NOW)
  const [candle] = market.candles(BTC, '1h', { limit: 2 }, NOW + 3_600_000)
  expect(candle).toMatchObject({
    open: '60000.00',
    high: '60000.00',
    low: '30000.00',
    close: '30000.00',
  })
})

test('gives one trade a tick, and their volumes are the candle', () => {
  const market = new Market({ seed: 5 })
  const [candle] = market.candles(BTC, '1m', { limit: 2 }, NOW)
  if (candle === undefined) throw new Error('no candle')
  const trades = market.trades(BTC, tickAt(candle.openTime), tickAt(candle.closeTime))
  expect(trades).toHaveLength(candle.trades)
  const sum = trades.reduce((total, trade) => total.plus(trade.quantity), new Big(0))
  expect(sum.eq(candle.volume)).toBe(true)
  expect(trades[0]?.price).toBe(candle.open)
})

test('refuses a wave it cannot keep exact, a push to nowhere and a symbol it does not have', () => {
  expect(() => new Market({ seed: 1, wave: { periodMs: 333, amplitude: 0, noise: 0 } })).toThrow(
    RangeError,
  )
  const market = new Market({ seed: 1 })
  expect(() => market.nudge(BTC, 0, NOW)).toThrow('factor above zero')
  expect(() => market.price('DOGE/USDT', NOW)).toThrow('has no DOGE/USDT')
})

test.each([
  ['3d', '2026-09-01T00:00:00Z', '2026-09-01T00:00:00Z', 3],
  ['1w', '2026-09-02T00:00:00Z', '2026-09-07T00:00:00Z', 7],
  ['1M', '2026-02-01T00:00:00Z', '2026-02-01T00:00:00Z', 28],
  ['1M', '2024-01-31T00:00:00Z', '2024-02-01T00:00:00Z', 29],
] as const)('a %s candle from %s opens %s and lasts %i days', (interval, start, opens, days) => {
  const market = new Market({ seed: 7 })
  const query = { start: Date.parse(start), limit: 2 }
  const [whole, next] = market.candles(BTC, interval, query, Date.parse('2027-01-01T00:00:00Z'))
  if (whole === undefined || next === undefined) throw new Error('no candle')
  const day = 86_400_000
  if (interval !== '3d') expect(whole.openTime).toBe(Date.parse(opens))
  expect(next.openTime - whole.openTime).toBe(days * day)
  expect(whole.closeTime).toBe(next.openTime - 1)
  const parts = market.candles(
    BTC,
    '1d',
    { start: whole.openTime, end: whole.closeTime, limit: 40 },
    next.openTime,
  )
  expect(parts).toHaveLength(days)
  expect(whole).toMatchObject({ open: parts[0]?.open, close: parts.at(-1)?.close })
  expect(Number(whole.high)).toBe(Math.max(...parts.map(({ high }) => Number(high))))
  expect(Number(whole.low)).toBe(Math.min(...parts.map(({ low }) => Number(low))))
})

test('months go back as far as time does', () => {
  const months = new Market({ seed: 7 }).candles(BTC, '1M', { limit: 1000 }, NOW)
  expect(months[0]?.openTime).toBe(0)
  expect(months.at(-1)?.closed).toBe(false)
})
