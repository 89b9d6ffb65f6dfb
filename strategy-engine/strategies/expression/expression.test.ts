import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { IndicatorValues } from '../../indicators/indicator-set.ts'
import { INDICATORS, PRICES } from '../../indicators/series-table.ts'
import { evaluate, holds } from './evaluate.ts'
import { explain } from './explain.ts'
import { parseCondition } from './parse.ts'
import { RuleError } from './tokens.ts'
import { type Condition, type Numeric, print, seriesIn } from './tree.ts'

const { numeric, condition } = fc.letrec<{ numeric: Numeric; condition: Condition }>((tie) => {
  const number = fc.tuple(fc.nat(99_999), fc.option(fc.nat(999))).map(([whole, part]) => ({
    is: 'number' as const,
    text: part === null ? `${whole}` : `${whole}.${part}`,
  }))
  const series = fc.oneof(
    fc.constantFrom(...PRICES).map((price) => ({ is: 'series' as const, name: { price } })),
    fc
      .record({
        indicator: fc.constantFrom(...(Object.keys(INDICATORS) as (keyof typeof INDICATORS)[])),
        period: fc.integer({ min: 1, max: 200 }),
      })
      .map((name) => ({ is: 'series' as const, name })),
  )
  const pair = <const Operator extends string>(...operators: Operator[]) => ({
    operator: fc.constantFrom(...operators),
    left: tie('numeric'),
    right: tie('numeric'),
  })
  return {
    numeric: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      number,
      series,
      fc.record({ is: fc.constant('negative' as const), of: tie('numeric') }),
      fc.record({ is: fc.constant('arithmetic' as const), ...pair('+', '-', '*', '/') }),
    ),
    condition: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.record({ is: fc.constant('compare' as const), ...pair('<', '<=', '>', '>=') }),
      fc.record({ is: fc.constant('cross' as const), ...pair('crossover', 'crossunder') }),
      fc.record({ is: fc.constant('not' as const), of: tie('condition') }),
      fc.record({
        is: fc.constant('logic' as const),
        operator: fc.constantFrom('and' as const, 'or' as const),
        left: tie('condition'),
        right: tie('condition'),
      }),
    ),
  }
})

test('reads every tree back from its own text', () => {
  fc.assert(
    fc.property(condition, (tree) => {
      const text = print(tree)
      fc.pre(text.length <= 500 && seriesIn(tree).length <= 20)
      expect(parseCondition(text)).toEqual(tree)
    }),
  )
})

test('answers any text with a tree or with a place in it', () => {
  const words = fc.constantFrom(
    'ema(12)',
    'close',
    '(',
    ')',
    ',',
    '<',
    '>=',
    'and',
    'or',
    'not',
    '-',
    '1.5',
    'crossover',
    'nope',
    '$',
    ' ',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(words).map((list) => list.join(' ')),
      ),
      (text) => {
        try {
          parseCondition(text)
        } catch (error) {
          expect(error).toBeInstanceOf(RuleError)
          const { column } = error as RuleError
          expect(column).toBeGreaterThanOrEqual(1)
          expect(column).toBeLessThanOrEqual(Math.max(1, text.length + 1))
        }
      },
    ),
  )
})

test('computes as the language of this program does', () => {
  const values: IndicatorValues = new Map(PRICES.map((price, i) => [price, 1.5 * (i + 1)]))
  fc.assert(
    fc.property(numeric, (tree) => {
      fc.pre(seriesIn(tree).every((name) => 'price' in name))
      const text = print(tree).replace(/[a-z]+/g, (name) => String(values.get(name)))
      const expected = new Function(`return ${text.replaceAll('--', '- -')}`)() as number
      const computed = evaluate(tree, values)
      if (computed !== null) expect(computed).toBe(expected)
      else expect(text).toContain('/')
    }),
  )
})

test.each([
  ['1 + 2 * 3 > 6', true],
  ['(1 + 2) * 3 > 9', false],
  ['10 - 2 - 3 < 6', true],
  ['-2 * -3 >= 6', true],
  ['1 > 2 and 1 > 2 or 2 > 1', true],
  ['1 > 2 and (1 > 2 or 2 > 1)', false],
  ['not 1 > 2 and 2 > 1', true],
  ['not (2 > 1)', false],
  ['close > 99', true],
  ['1 / 0 > 1', false],
  ['not 1 / 0 > 1', false],
  ['1 / 0 > 1 or 2 > 1', false],
  ['1 / (1 / 0) < 1', false],
])('%s is %s', (rule, expected) => {
  const now = new Map([['close', 100]])
  expect(holds(parseCondition(rule), { now, previous: now })).toBe(expected)
})

test.each([
  [[1, 2], [2, 1], true, false],
  [[1, 1], [2, 1], true, false],
  [[2, 1], [3, 1], false, false],
  [[2, 1], [1, 1], false, false],
  [[1, 1], [0, 1], false, true],
  [[2, 1], [1, 2], false, true],
])('from %s to %s: over is %s, under is %s', (before, now, over, under) => {
  const at = ([open, close]: number[]) =>
    new Map([
      ['open', open ?? 0],
      ['close', close ?? 0],
    ])
  const candleValues = { previous: at(before), now: at(now) }
  expect(holds(parseCondition('crossover(open, close)'), candleValues)).toBe(over)
  expect(holds(parseCondition('crossunder(open, close)'), candleValues)).toBe(under)
})

describe('refuses', () => {
  test.each([
    ['', 1, 'expected a number, a series or "(", got the end'],
    ['close', 1, 'expected a condition such as "close > 100", got a number'],
    ['1 < close < 2', 11, 'comparisons do not chain: write "a < b and b < c"'],
    ['emma(12) > 1', 1, 'unknown name "emma": did you mean "ema"?'],
    ['close > 1 and clsoe < 2', 15, 'unknown name "clsoe": did you mean "close"?'],
    ['crosover(ema(1), ema(2))', 1, 'unknown name "crosover": did you mean "crossover"?'],
    [
      'bollinger > 1',
      1,
      'unknown name "bollinger": known are ema, sma, rsi, atr, open, high, low, close, volume, crossover, crossunder, and, or, not',
    ],
    ['ema(0) > 1', 5, 'ema takes a whole number of candles from 1 to 200'],
    ['ema(1.5) > 1', 5, 'ema takes a whole number of candles from 1 to 200'],
    ['ema(201) > 1', 5, 'ema takes a whole number of candles from 1 to 200'],
    ['ema > 1', 5, 'expected "(", got ">"'],
    ['close > 1 close', 11, 'expected the end, "and" or "or", got "close"'],
    ['(close > 1', 11, 'expected ")", got the end'],
    ['close = 1', 7, 'cannot read "="'],
    ['close > 1e5', 9, 'cannot read "1e5"'],
    ['close > 1 and 2', 15, 'expected a condition such as "close > 100", got a number'],
    ['close > (open > 1)', 9, 'expected a number here, got a condition'],
    ['not close', 5, 'expected a condition such as "close > 100", got a number'],
    ['constructor > 1', 1, /^unknown name "constructor"/],
    [`${'('.repeat(21)}close > 1${')'.repeat(21)}`, 22, 'a rule nests at most 20 levels'],
    [`${'not '.repeat(21)}close > 1`, 85, 'a rule nests at most 20 levels'],
    [`close > 1${' '.repeat(500)}`, 501, 'a rule has at most 500 characters'],
    [
      Array.from({ length: 21 }, (_, i) => `ema(${i + 1}) > 1`).join(' and '),
      1,
      'a rule names at most 20 series',
    ],
  ])('%s', (rule, column, message) => {
    try {
      parseCondition(rule)
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ column })
      expect((error as RuleError).message).toMatch(message)
    }
  })
})

test('explains a rule with the values it looked at, in one line of ASCII', () => {
  const rule = parseCondition('crossover(ema(12), ema(26)) and rsi(14) < 70 and ema(12) > 1')
  const previous = new Map([
    ['ema(12)', 1],
    ['ema(26)', 2],
    ['rsi(14)', 55.24],
  ])
  const now = new Map([
    ['ema(12)', 65012.1],
    ['ema(26)', 65001.44],
    ['rsi(14)', 55.24],
  ])
  expect(explain(rule, { previous, now })).toBe(
    'ema(12) 65012.10 crossed over ema(26) 65001.44, rsi(14) 55.24',
  )
})

test('keeps any explanation within 200 characters of ASCII', () => {
  fc.assert(
    fc.property(condition, fc.double(), (tree, value) => {
      const now = { get: () => value, has: () => true } as unknown as IndicatorValues
      expect(explain(tree, { now, previous: now })).toMatch(/^[ -~]{0,200}$/)
    }),
  )
})
