import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Timeframe } from '../../market/candle.ts'
import type { CandleColumns } from '../../market/candle-columns.ts'
import type { Condition, Numeric, Tree } from '../rules/tree.ts'
import { candleColumns, slice } from '../testing/candle-columns.ts'
import { Graph } from './graph.ts'

const price = (name: 'open' | 'high' | 'low' | 'close' | 'volume'): Numeric => ({
  is: 'price',
  name,
})
const number = (value: number): Numeric => ({
  is: 'number',
  value,
  unit: 'number',
  text: `${value}`,
})
const sma = (period: number, input: Tree | null = null): Numeric => ({
  is: 'indicator',
  name: 'sma',
  parameters: [period],
  input,
  output: 0,
})
const CLOSE = price('close')
const over = (left: Numeric, right: Numeric): Condition => ({
  is: 'compare',
  operator: '>',
  left,
  right,
})

/** 1 / (close - at): unknown where the close is there. */
const inverse = (at: number): Numeric => ({
  is: 'arithmetic',
  operator: '/',
  left: number(1),
  right: { is: 'arithmetic', operator: '-', left: CLOSE, right: number(at) },
})

/** The values of `tree` at each candle, fed in blocks of at most `block`. */
function values(
  tree: Tree,
  candles: CandleColumns,
  {
    block = 1_024,
    timeframe = '1m',
    others = {},
  }: { block?: number; timeframe?: Timeframe; others?: Record<string, CandleColumns> } = {},
): number[] {
  const graph = new Graph(timeframe, block)
  const { column } = graph.series(tree)
  const result: number[] = []
  for (let from = 0; from < candles.length; from += block) {
    const to = Math.min(candles.length, from + block)
    graph.feed(candles, from, to, new Map(Object.entries(others)))
    result.push(...column.subarray(0, to - from))
  }
  return result
}

describe('operators', () => {
  test.each<[string, Tree, readonly number[]]>([
    ['a price', CLOSE, [1, 2, 4, 3]],
    ['a number', number(7), [7, 7, 7, 7]],
    ['a sum', { is: 'arithmetic', operator: '+', left: CLOSE, right: number(1) }, [2, 3, 5, 4]],
    ['a share of a price', { is: 'share', of: CLOSE, percent: number(50) }, [0.5, 1, 2, 1.5]],
    ['a negative', { is: 'negative', of: CLOSE }, [-1, -2, -4, -3]],
    ['a comparison', over(CLOSE, number(2)), [0, 0, 1, 1]],
    ['not', { is: 'not', of: over(CLOSE, number(2)) }, [1, 1, 0, 0]],
    ['a value before', { is: 'ago', of: CLOSE, candles: 2 }, [Number.NaN, Number.NaN, 1, 2]],
    ['an indicator', sma(2), [Number.NaN, 1.5, 3, 3.5]],
    ['an indicator of an indicator', sma(2, sma(2)), [Number.NaN, Number.NaN, 2.25, 3.25]],
    [
      'a function',
      { is: 'call', function: 'max', of: [CLOSE, number(2), number(3)] },
      [3, 3, 4, 3],
    ],
    ['if', { is: 'if', when: over(CLOSE, number(2)), yes: number(1), no: CLOSE }, [1, 2, 1, 1]],
    [
      'valuewhen',
      { is: 'when', when: over(CLOSE, number(3)), of: { is: 'negative', of: CLOSE } },
      [Number.NaN, Number.NaN, -4, -4],
    ],
    [
      'valuewhen, whose condition is unknown at the last candle',
      { is: 'when', when: over(inverse(3), number(0)), of: CLOSE },
      [Number.NaN, Number.NaN, 4, Number.NaN],
    ],
    [
      'valuewhen, whose value is unknown where the condition holds',
      { is: 'when', when: over(CLOSE, number(1)), of: inverse(4) },
      [Number.NaN, -0.5, Number.NaN, -1],
    ],
    [
      'a crossing over',
      { is: 'cross', operator: 'crossover', left: CLOSE, right: number(2) },
      [Number.NaN, 0, 1, 0],
    ],
    [
      'a crossing under',
      { is: 'cross', operator: 'crossunder', left: CLOSE, right: number(3.5) },
      [Number.NaN, 0, 0, 1],
    ],
    [
      'two of three',
      {
        is: 'some',
        count: 2,
        of: [over(CLOSE, number(1)), over(CLOSE, number(2)), over(CLOSE, number(3))],
      },
      [0, 0, 1, 1],
    ],
    ['a time', { is: 'time', name: 'minute' }, [1, 2, 3, 4]],
  ])('%s', (_, tree, expected) => {
    expect(values(tree, candleColumns([1, 2, 4, 3]))).toEqual(expected)
  })

  test('the first of January 1970 was a Thursday, and a candle counts by its close', () => {
    const weekday: Tree = { is: 'time', name: 'weekday' }
    const days = candleColumns([1, 1, 1, 1, 1], 86_400)
    expect(values(weekday, days, { timeframe: '1d' })).toEqual([5, 6, 7, 1, 2])
  })
})

describe('unknown', () => {
  const unknown = over(
    { is: 'arithmetic', operator: '/', left: number(1), right: number(0) },
    number(0),
  )
  const yes = over(CLOSE, number(0))
  test.each<[string, Condition]>([
    ['a comparison with a division by zero', unknown],
    ['its negation', { is: 'not', of: unknown }],
    ['or, with what is true', { is: 'logic', operator: 'or', left: unknown, right: yes }],
    [
      'and, with what is false',
      { is: 'logic', operator: 'and', left: unknown, right: { is: 'not', of: yes } },
    ],
    ['one of two', { is: 'some', count: 1, of: [unknown, yes] }],
    [
      'a crossing',
      {
        is: 'cross',
        operator: 'crossover',
        left: CLOSE,
        right: { is: 'arithmetic', operator: '/', left: CLOSE, right: number(0) },
      },
    ],
    [
      'if that asks it',
      over({ is: 'if', when: unknown, yes: number(1), no: number(1) }, number(0)),
    ],
    ['valuewhen that asks it', over({ is: 'when', when: unknown, of: number(1) }, number(0))],
    [
      'one over one over zero',
      over(
        {
          is: 'arithmetic',
          operator: '/',
          left: number(1),
          right: { is: 'arithmetic', operator: '/', left: number(1), right: number(0) },
        },
        number(-1),
      ),
    ],
  ])('%s is never true', (_, tree) => {
    expect(values(tree, candleColumns([1, 2, 3]))).toEqual([Number.NaN, Number.NaN, Number.NaN])
  })

  test('a rule that stands beside an unknown one counts', () => {
    const graph = new Graph('1m')
    const { column } = graph.any([unknown, yes])
    graph.feed(candleColumns([1, 2]), 0, 2)
    expect([...column.subarray(0, 2)]).toEqual([1, 1])
  })
})

describe('a longer timeframe', () => {
  const of5m = (of: Numeric): Numeric => ({ is: 'elsewhere', of, timeframe: '5m', market: null })
  const closes = Array.from({ length: 13 }, (_, i) => i)

  test('is known from the close of its first whole candle on, and not before', () => {
    const N = Number.NaN
    expect(values(of5m(CLOSE), candleColumns(closes))).toEqual([
      N,
      N,
      N,
      N,
      4,
      4,
      4,
      4,
      4,
      9,
      9,
      9,
      9,
    ])
  })

  test('a candle that was not seen from its beginning does not count', () => {
    const late = slice(candleColumns(closes), 2, 13)
    const N = Number.NaN
    expect(values(of5m(CLOSE), late)).toEqual([N, N, N, N, N, N, N, 9, 9, 9, 9])
  })

  test('has the opening, the extremes and the volume of its candles', () => {
    const shown = ['open', 'high', 'low', 'volume'] as const
    const last = shown.map((name) => values(of5m(price(name)), candleColumns(closes)).at(-1))
    expect(last).toEqual([5, 10, 4, 5])
  })

  test('one whose last candles are missing is over when the next begins', () => {
    const holes = candleColumns(closes)
    const kept = [0, 1, 2, 3, 6, 7].map((i) => slice(holes, i, i + 1))
    const graph = new Graph('1m', 1)
    const { column } = graph.series(of5m(CLOSE))
    const seen = kept.map((candle) => {
      graph.feed(candle, 0, 1)
      return column[0]
    })
    expect(seen).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN, 3, 3])
  })

  test('one in whose first minute nobody traded counts, and one behind a hole that is longer than it does not', () => {
    const seen = (kept: readonly number[]) => {
      const all = candleColumns(Array.from({ length: 20 }, (_, i) => i))
      const graph = new Graph('1m', 1)
      const { column } = graph.series(of5m(CLOSE))
      return kept.map((i) => {
        graph.feed(slice(all, i, i + 1), 0, 1)
        return column[0]
      })
    }
    expect(seen([0, 4, 6, 9, 10])).toEqual([Number.NaN, 4, 4, 9, 9])
    expect(seen([0, 4, 11, 14, 15, 19])).toEqual([Number.NaN, 4, 4, 4, 4, 19])
  })

  test('is the same whatever the block, and never of a candle that is not closed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        (prices, block) => {
          const candles = candleColumns(prices)
          const tree = of5m(sma(2))
          const whole = values(tree, candles)
          expect(values(tree, candles, { block })).toEqual(whole)
          for (const [at, value] of whole.entries()) {
            const cut = values(tree, slice(candles, 0, at + 1))
            expect(cut.at(-1)).toEqual(value)
          }
        },
      ),
      { numRuns: 60 },
    )
  })
})

test('another market is read at the same candles, and unknown where it has none', () => {
  const tree: Tree = { is: 'elsewhere', of: sma(2), timeframe: null, market: 'ETH/USDT' }
  const eth = candleColumns([10, 20, Number.NaN, 40, 50])
  expect(values(tree, candleColumns([1, 2, 3, 4, 5]), { others: { 'ETH/USDT': eth } })).toEqual([
    Number.NaN,
    15,
    Number.NaN,
    30,
    45,
  ])
  expect(() => values(tree, candleColumns([1]))).toThrow('ETH/USDT')
})

test('equal texts are computed once', () => {
  const graph = new Graph('1m')
  expect(graph.series(sma(5))).toBe(graph.series(sma(5)))
  graph.feed(candleColumns([1]), 0, 1)
  expect(() => graph.series(sma(6))).toThrow('after the first candle')
})

test('says how many candles come before the first value', () => {
  const trees: Tree[] = [
    sma(5),
    sma(3, sma(5)),
    { is: 'ago', of: sma(5), candles: 4 },
    { is: 'cross', operator: 'crossover', left: sma(4), right: CLOSE },
    over(sma(3), sma(7)),
  ]
  for (const tree of trees) {
    const prices = candleColumns(Array.from({ length: 30 }, (_, i) => i))
    const first = values(tree, prices).findIndex((value) => !Number.isNaN(value))
    expect(new Graph('1m').series(tree).warmup).toBe(first)
  }
})
