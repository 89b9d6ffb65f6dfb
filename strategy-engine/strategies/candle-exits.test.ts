// Candle exits: the same sales at the same prices as the device's orders get on the venue's model, on any candles.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ExitsOnVenue, type PathCandle, type Sold } from '../testing/exits-on-venue.ts'
import { type ExitRules, HeldPosition } from './candle-exits.ts'

const NONE: ExitRules = {
  stop: 1,
  takeProfits: [],
  trailingStop: null,
  breakEven: null,
  maxHold: null,
}
const ENTRY = 1_000
const SINCE = 600
const MINUTE = 60

const percent = (most: number) => fc.integer({ min: 1, max: most * 10 }).map((n) => n / 10)

const rules: fc.Arbitrary<ExitRules> = fc.record({
  stop: fc.integer({ min: 950, max: 999 }),
  takeProfits: fc
    .array(
      fc.record({
        price: fc.integer({ min: 1_000, max: 1_060 }),
        percent: fc.constantFrom(10, 25, 30, 40, 100),
        after: fc.constantFrom(0, 0, 60, 300),
      }),
      { maxLength: 5 },
    )
    .filter((levels) => levels.reduce((sum, level) => sum + level.percent, 0) <= 100),
  trailingStop: fc.option(fc.record({ percent: percent(4), from: fc.constantFrom(0, 0, 1, 2.5) }), {
    nil: null,
  }),
  breakEven: fc.option(percent(3), { nil: null }),
  maxHold: fc.option(fc.integer({ min: 30, max: 900 }), { nil: null }),
})

/** Each from the close before, or with a gap. */
const candles: fc.Arbitrary<readonly PathCandle[]> = fc
  .array(
    fc.record({
      gap: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: -40, max: 40 })),
      body: fc.integer({ min: -25, max: 25 }),
      up: fc.integer({ min: 0, max: 25 }),
      down: fc.integer({ min: 0, max: 25 }),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map((steps) => {
    let last = ENTRY
    return steps.map(({ gap, body, up, down }, at) => {
      const open = last + gap
      const close = open + body
      last = close
      return {
        start: SINCE + at * MINUTE,
        open,
        close,
        high: Math.max(open, close) + up,
        low: Math.min(open, close) - down,
      }
    })
  })

/** How far below the close of its candle a rule would have the stop, by candle; 0 for nowhere. */
type Moves = readonly number[]

function held(rule: ExitRules, all: readonly PathCandle[], moves: Moves = []) {
  const position = new HeldPosition()
  position.open(ENTRY, SINCE, rule)
  const sold: Sold[] = []
  for (const [at, { open, high, low, close, start }] of all.entries()) {
    if (position.left === 0) break
    const isQuiet = low > position.stop && high < position.rises && start < position.until
    const before = { stop: position.stop, left: position.left }
    if (position.candle(open, high, low, close, start))
      sold.push(...position.sales.map((sale) => ({ ...sale })))
    if (isQuiet) expect({ stop: position.stop, left: position.left }).toEqual(before)
    const below = moves[at] ?? 0
    if (position.left > 0 && below > 0) position.moveStop(close - below, 0)
  }
  return { sold, position }
}

function judged(rule: ExitRules, all: readonly PathCandle[], moves: Moves = []): readonly Sold[] {
  const venue = new ExitsOnVenue(ENTRY, SINCE, rule)
  for (const [at, candle] of all.entries()) {
    venue.walk(candle)
    const below = moves[at] ?? 0
    if (below > 0) venue.moveStop(candle.close - below)
  }
  return venue.sold
}

const rounded = (sold: readonly Sold[]) =>
  sold.map((sale) => ({ ...sale, price: Number(sale.price.toFixed(6)) }))

test('it sells what the orders of a device sell on the venue, at the same prices, on random candles with gaps', () => {
  let [sales, gaps] = [0, 0]
  fc.assert(
    fc.property(rules, candles, (rule, all) => {
      const { sold } = held(rule, all)
      sales += sold.length
      gaps += sold.filter(({ price, cause }) => cause === 'stop' && price < rule.stop).length
      expect(rounded(sold)).toEqual(rounded(judged(rule, all)))
    }),
    { numRuns: 600 },
  )
  expect(sales, 'enough was sold to tell').toBeGreaterThan(600)
  expect(gaps, 'and some of it through a gap').toBeGreaterThan(10)
})

test('so it does where rules move the stop at the close of a candle, and never down', () => {
  const below = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 40 }))
  let moved = 0
  fc.assert(
    fc.property(
      rules,
      candles,
      fc.array(below, { minLength: 25, maxLength: 25 }),
      (rule, all, moves) => {
        const { sold } = held(rule, all, moves)
        moved += sold.filter(({ price, cause }) => cause === 'stop' && price > rule.stop).length
        expect(rounded(sold)).toEqual(rounded(judged(rule, all, moves)))
      },
    ),
    { numRuns: 600 },
  )
  expect(moved, 'some of it at a stop that was moved').toBeGreaterThan(20)
})

/** Four candles of a quarter of the length in the place of each, along the worst path: open, low, high, close. */
function finer({ start, open, high, low, close }: PathCandle): readonly PathCandle[] {
  const points = [open, low, high, (high + close) / 2, close]
  return points.slice(1).map((to, at) => {
    const from = points[at] ?? to
    return {
      start: start + (at * MINUTE) / 4,
      open: from,
      close: to,
      high: Math.max(from, to),
      low: Math.min(from, to),
    }
  })
}

test('finer candles along the worst path sell the same', () => {
  const later = rules.map((rule) => ({ ...rule, maxHold: null }))
  fc.assert(
    fc.property(later, candles, (rule, all) => {
      const levels = rule.takeProfits.map((level) => ({ ...level, after: 0 }))
      const same = { ...rule, takeProfits: levels }
      expect(rounded(held(same, all.flatMap(finer)).sold)).toEqual(rounded(held(same, all).sold))
    }),
  )
})

test('finer candles in the best order sell the same wherever no assumption decided', () => {
  const best = ({ start, open, high, low, close }: PathCandle) =>
    finer({ start, open, high: low, low: high, close })
  let decided = 0
  fc.assert(
    fc.property(rules, candles, (rule, all) => {
      const same = {
        ...rule,
        takeProfits: rule.takeProfits.map((level) => ({ ...level, after: 0 })),
        maxHold: null,
      }
      const { sold, position } = held(same, all)
      if (position.assumed > 0) decided += 1
      else expect(rounded(held(same, all.flatMap(best)).sold)).toEqual(rounded(sold))
    }),
  )
  expect(decided, 'both happen').toBeGreaterThan(3)
})

const one = (open: number, high: number, low: number, close: number, at = 0): PathCandle => ({
  start: SINCE + at * MINUTE,
  open,
  high,
  low,
  close,
})

test('the opening comes first, then the stop, then the take-profit; the stop rises last', () => {
  const rule = {
    ...NONE,
    stop: 990,
    takeProfits: [{ price: 1_010, percent: 100, after: 0 }],
  }
  const both = held(rule, [one(1_000, 1_020, 980, 1_005)])
  expect(both.sold).toEqual([{ price: 990, percent: 100, cause: 'stop' }])
  expect(both.position.assumed).toBe(1)
  expect(held(rule, [one(970, 1_020, 960, 1_000)]).sold).toMatchObject([{ price: 970 }])
  expect(held(rule, [one(1_015, 1_020, 980, 1_000)]).sold).toMatchObject([{ price: 1_015 }])
  const trailing = { ...NONE, trailingStop: { percent: 1, from: 0 } }
  // The high puts the stop at 1,039.5: above the low, below the close.
  const risen = held(trailing, [one(1_000, 1_050, 995, 1_045)])
  expect(risen.sold).toEqual([])
  expect([risen.position.stop, risen.position.assumed]).toEqual([1_039.5, 1])
  // Back at 1,030 it has been there for certain.
  expect(held(trailing, [one(1_000, 1_050, 995, 1_030)]).sold).toEqual([
    { price: 1_039.5, percent: 100, cause: 'trailing_stop' },
  ])
})

test('levels of 100 % together sell all that is left with the last one, others their part of what was bought', () => {
  const thirds = [33.3, 33.3, 33.4].map((part, at) => ({
    price: 1_010 + at,
    percent: part,
    after: 0,
  }))
  const { sold, position } = held({ ...NONE, takeProfits: thirds }, [one(1_000, 1_020, 999, 1_015)])
  expect(sold.map(({ price }) => price)).toEqual([1_010, 1_011, 1_012])
  expect(position.left).toBe(0)
  const half = [{ price: 1_010, percent: 50, after: 120 }]
  const late = held({ ...NONE, takeProfits: half }, [
    one(1_000, 1_020, 999, 1_015),
    one(1_015, 1_020, 999, 1_015, 1),
    one(1_012, 1_020, 999, 1_015, 2),
  ])
  expect(late.sold).toEqual([{ price: 1_012, percent: 50, cause: 'take_profit' }])
  expect(late.position.left).toBe(50)
})

test('after the longest time all is sold at the next opening', () => {
  const { sold } = held({ ...NONE, maxHold: 90 }, [
    one(1_000, 1_020, 999, 1_015),
    one(1_015, 1_020, 999, 1_015, 1),
    one(1_011, 1_020, 999, 1_015, 2),
  ])
  expect(sold).toEqual([{ price: 1_011, percent: 100, cause: 'max_hold' }])
})

test('nothing is made per candle: the same sales are given out again', () => {
  const position = new HeldPosition()
  position.open(ENTRY, SINCE, { ...NONE, stop: 990 })
  position.candle(1_000, 1_001, 980, 990, SINCE)
  const [first] = position.sales
  position.open(ENTRY, SINCE, { ...NONE, stop: 995 })
  expect(position.sales).toEqual([])
  position.candle(1_000, 1_001, 980, 990, SINCE)
  expect(position.sales[0]).toBe(first)
  expect(first).toEqual({ price: 995, percent: 100, cause: 'stop' })
})
