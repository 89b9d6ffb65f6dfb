// What would make a backtest better than the strategy is, and who notices.
import { expect, test } from 'vitest'
import { randomCandles } from '../../testing/random-candles.ts'
import { checkStrategy } from '../check.ts'
import { coded } from './testing/code.ts'

const CANDLES = randomCandles({ length: 1_400, seed: 5 })
const check = (parts: Parameters<typeof coded>[0]) => checkStrategy(coded(parts), CANDLES)
const LEAVES = { exit: 'held.candles > 5' }

test('an honest strategy passes: no look-ahead, enough history, every rule happens', () => {
  const checked = check({
    build: "const fast = context.series('ema(5)'), slow = context.series('ema(20)')",
    enter: 'fast.ago(1) <= slow.ago(1) && fast.value > slow.value',
    exit: 'fast.value < slow.value',
  })
  expect(checked.lookAhead.changed).toEqual([])
  expect(checked.lookAhead.cuts).toBeGreaterThan(30)
  expect(checked.again).toEqual([])
  expect(checked).toMatchObject({ needed: 19, warmUp: { differing: 0 } })
  const times = Object.fromEntries(checked.reached.map(({ rule, times }) => [rule, times]))
  expect(times['enter']).toBeGreaterThan(20)
  expect(times['exit']).toBeGreaterThan(20)
})

test('what keeps the closes of one run outside of build, and reads later ones in the next, is caught', () => {
  const { lookAhead } = check({
    above: 'const closes = []',
    build: 'let at = -1',
    candle: 'closes[++at] = close.value',
    enter: 'closes[at + 1] > closes[at] * 1.0005',
    ...LEAVES,
  })
  expect(lookAhead.changed.length).toBeGreaterThan(5)
})

test('what knows after one run which candle was the highest is caught', () => {
  const { lookAhead } = check({
    above: 'let highest = 0',
    candle: 'highest = Math.max(highest, close.value)',
    enter: 'close.value < highest * 0.999',
    ...LEAVES,
  })
  expect(lookAhead.changed.length).toBeGreaterThan(5)
})

test('the same memory inside of build is no cheat', () => {
  const { lookAhead, entries } = check({
    build: 'let highest = 0',
    candle: 'highest = Math.max(highest, close.value)',
    enter: 'close.value < highest * 0.999',
    ...LEAVES,
  })
  expect(entries).toBeGreaterThan(5)
  expect(lookAhead.changed).toEqual([])
})

test('what remembers in exit() or enter() how often it was asked is caught', () => {
  const counts = check({ build: 'let asked = 0', enter: '++asked % 7 === 0', ...LEAVES })
  expect(counts.again?.length).toBeGreaterThan(5)
  const leaves = check({
    build: 'let asked = 0',
    enter: 'close.ago(1) < close.value',
    exit: '++asked % 7 === 0',
  })
  expect(leaves.again?.length).toBeGreaterThan(5)
})

test.each([
  [
    'a candle that has not closed',
    'close.ago(-1) > close.value',
    /ago\(-1\) of "close": expected a whole number from 0 to 1000/,
  ],
  ['chance', 'Math.random() > 0.5', /has no Math\.random\(\): it decides by candles alone/],
  ['the clock', 'Date.now() % 2 === 0', /has no Date: it decides by candles alone/],
  ['another clock', 'performance.now() > 1', /has no performance/],
  [
    'the clock by another name',
    "new (close.constructor.constructor('return Date')())() > 0",
    /EvalError/,
  ],
])('%s is not there to be looked at', (_, enter, sentence) => {
  expect(() => check({ enter })).toThrow(sentence)
})

test('a rule that can never hold is counted as never', () => {
  const { reached } = check({ enter: 'close.value < 0', ...LEAVES })
  expect(reached).toContainEqual({ rule: 'enter', times: 0, isKnown: true })
})
