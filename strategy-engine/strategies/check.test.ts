import { expect, test } from 'vitest'
import type { CandleColumns } from '../market/candle-columns.ts'
import { strategy } from '../testing/rules.ts'
import { checkStrategy, type Decide, lookAheadOf } from './check.ts'
import { candleColumns } from './testing/candle-columns.ts'

/** A walk around 100 by a fixed seed. */
function walk(count: number): CandleColumns {
  let seed = 3
  let price = 100
  return candleColumns(
    Array.from({ length: count }, () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
      price += (seed / 2 ** 31 - 0.5) * 2 + (100 - price) * 0.02
      return price
    }),
  )
}

const CANDLES = walk(3_000)
const CROSS = { enter: 'crossover(ema(5), ema(20))', exit: 'crossunder(ema(5), ema(20))' }

test('what looks at no later candle passes at every cut', () => {
  const { lookAhead, entries } = checkStrategy(strategy(CROSS), CANDLES)
  expect(lookAhead.changed).toEqual([])
  expect(lookAhead.cuts).toBeGreaterThan(30)
  expect(entries).toBeGreaterThan(20)
})

test('a strategy that cheats is caught: one that knows the highest price of all, one that knows the next candle', () => {
  const { close } = CANDLES
  const knowsHighest: Decide = (from, to) => {
    const part = close.subarray(from, to)
    const highest = Math.max(...part)
    return [...part.entries()].flatMap(([i, price]) =>
      price > highest * 0.99 ? [{ at: from + i, what: 'entry' as const }] : [],
    )
  }
  const knowsNext: Decide = (from, to) => {
    const made = []
    for (let i = from; i + 1 < to; i++)
      if ((close[i + 1] ?? 0) > (close[i] ?? 0) + 0.9) made.push({ at: i, what: 'entry' as const })
    return made
  }
  expect(lookAheadOf(knowsHighest, CANDLES.length).changed.length).toBeGreaterThan(0)
  expect(lookAheadOf(knowsNext, CANDLES.length).changed.length).toBeGreaterThan(10)
})

test('says how many candles come before the first entry, and that a start with less history decides the same', () => {
  const { needed, warmUp } = checkStrategy(strategy(CROSS), CANDLES)
  expect(needed).toBe(20)
  expect(warmUp).toMatchObject({ history: 999, starts: 10, differing: 0 })
})

test('says how far away the stops were, so that a price in place of a distance is seen', () => {
  const stopped = (stop: string) => checkStrategy(strategy({ ...CROSS, stop }), CANDLES)
  const { stops: two, entries } = stopped('2 %')
  expect(two.below?.least).toBeCloseTo(2)
  expect(two.below?.most).toBeCloseTo(2)
  expect(two.refused).toBe(0)
  expect(stopped('lowest(low, 10)').stops.below?.least).toBeGreaterThan(90)
  const { stops: none, entries: noEntries } = stopped('0 * atr(14)')
  expect(noEntries).toBe(0)
  expect(none).toEqual({ below: null, refused: expect.any(Number) })
  expect(none.refused).toBeGreaterThanOrEqual(entries)
})

test('names what a start changes: a sum since the first candle never forgets it', () => {
  const { warmUp } = checkStrategy(strategy({ enter: 'obv > 0' }), CANDLES)
  expect(warmUp?.differing).toBeGreaterThan(100)
})

test('has nothing to say of a start where there are too few candles', () => {
  expect(checkStrategy(strategy(CROSS), walk(500)).warmUp).toBeNull()
})

test('counts how often each rule held, and shows one that never can', () => {
  const rules = strategy({
    enter: '{ cross: "crossover(ema(5), ema(20))", never: close > 1000000 }',
    exit: '{ cheap: close < 98, gain: profit > 1 % }',
    stop: '3 %',
    max_hold: '2h',
  })
  const { reached } = checkStrategy(rules, CANDLES)
  const times = new Map(reached.map((one) => [one.rule, one.times]))
  expect(times.get('enter never')).toBe(0)
  expect(times.get('enter cross')).toBeGreaterThan(20)
  expect(times.get('exit cheap')).toBeGreaterThan(0)
  expect(times.get('exits that know the trade')).toBeGreaterThan(0)
  expect([...times.keys()]).toEqual([
    'enter cross',
    'enter never',
    'exit cheap',
    'exits that know the trade',
    'stop',
    'max_hold',
  ])
})
