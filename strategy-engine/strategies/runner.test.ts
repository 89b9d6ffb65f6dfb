import { toDecimal } from '@keyside/protocol'
import Big from 'big.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createIndicatorSet } from '../indicators/indicator-set.ts'
import type { Candle } from '../market/candle.ts'
import { candles, strategy } from '../testing/rules.ts'
import { type AllowedSignals, type Decision, initialState, type Position, step } from './runner.ts'
import type { Strategy } from './strategy.ts'

const CROSS = strategy({ enter: 'crossover(ema(2), ema(4))', exit: 'crossunder(ema(2), ema(4))' })

type Made = { at: number } & Decision

function run(
  rules: Strategy,
  candles: readonly Candle[],
  {
    allowed = () => 'all',
    target = 'flat',
  }: { allowed?: (at: number) => AllowedSignals; target?: Position } = {},
): Made[] {
  const indicators = createIndicatorSet(rules.series)
  let state = initialState(target)
  return candles.flatMap((candle, at) => {
    const done = step(rules, state, { candle, values: indicators(candle) }, allowed(at))
    state = done.state
    return done.decision ? [{ at, ...done.decision }] : []
  })
}

test('enters at the candle of the crossing and leaves at the one back', () => {
  const made = run(CROSS, candles([10, 9, 8, 7, 6, 9, 12, 15, 12, 6, 5]))
  expect(made.map(({ at, kind }) => [at, kind])).toEqual([
    [5, 'entry'],
    [9, 'exit'],
  ])
})

test('says what it enters with: size, price, stop and reason', () => {
  expect(run(strategy({ stop: '1.5 %' }), candles([100, 106.4]))).toEqual([
    {
      at: 1,
      kind: 'entry',
      size: { unit: 'percent', value: '10' },
      ref: '106.4',
      stop: '104.804',
      reason: 'close 106.40',
    },
  ])
})

test('leaves with everything', () => {
  const [exit] = run(strategy(), candles([100, 94]), { target: 'long' })
  expect(exit).toMatchObject({ kind: 'exit', size: { unit: 'percent', value: '100' }, ref: '94' })
})

test('leaves when its longest time in the market is over, and may enter again at the next candle', () => {
  const rules = strategy({ enter: 'close > 90', exit: 'close < 50', max_hold: '3m' })
  const made = run(rules, candles(Array(10).fill(100)))
  expect(made.map(({ at, kind, reason }) => [at, kind, reason])).toEqual([
    [1, 'entry', 'close 100.00'],
    [4, 'exit', 'the longest time in the market is over: 180 s'],
    [5, 'entry', 'close 100.00'],
    [8, 'exit', 'the longest time in the market is over: 180 s'],
    [9, 'entry', 'close 100.00'],
  ])
})

test('the time goes on over a restart and over candles that nobody watched', () => {
  const rules = strategy({ exit: 'close < 50', max_hold: '3m' })
  const [indicators, past] = [createIndicatorSet(rules.series), candles([100, 100, 100, 100, 100])]
  let state = initialState('long', 0)
  const kinds = past.map((candle, at) => {
    const update = { candle, values: indicators(candle) }
    const done = step(rules, state, update, at < 4 ? 'missed' : 'exits')
    state = done.state
    return done.decision?.kind
  })
  expect(kinds).toEqual([undefined, undefined, undefined, undefined, 'exit'])
})

test('sets the stop at a multiple of a series below the price', () => {
  const [entry] = run(strategy({ stop: '2 atr(2)' }), candles([100, 100, 100, 106]))
  // True ranges 2, 2, 2, 7: the smoothed one is (2 + 7) / 2.
  expect(entry).toMatchObject({ stop: '97' })
})

test.each([
  ['0.00000051', '2 %', '0.0000004998'],
  ['0.00000003', '3 %', '0.0000000291'],
  ['0.000000000003', '20 %', null],
  ['0.000000000001', '1 %', null],
  ['60000.01', '1.234567 %', '59259.2696765433'],
])(
  'at %s a stop of %s is at %s: no further away than that, or there is no entry',
  (close, stop, at) => {
    const price = { open: close, high: close, low: close, close, volume: '1' }
    const rules = strategy({ enter: 'close > 0', exit: 'close < 0', stop })
    const indicators = createIndicatorSet(rules.series)
    const values = () => indicators({ start: 0, ...price })
    const before = { ...initialState('flat'), previous: values() }
    const { decision } = step(
      rules,
      before,
      { candle: { start: 60, ...price }, values: values() },
      'all',
    )
    expect(decision?.kind === 'entry' ? decision.stop : null).toBe(at)
  },
)

test('a stop is never further away than the strategy says', () => {
  const digits = fc.bigInt({ min: 1n, max: 10n ** 14n })
  fc.assert(
    fc.property(digits, fc.integer({ min: 1, max: 99_999 }), (ticks, thousandths) => {
      const close = toDecimal(new Big(`${ticks}`).div(1e12))
      const percent = thousandths / 1_000
      const rules = strategy({ enter: 'close > 0', exit: 'close < 0', stop: `${percent} %` })
      const price = { open: close, high: close, low: close, close, volume: '1' }
      const values = createIndicatorSet(rules.series)({ start: 0, ...price })
      const state = { ...initialState('flat'), previous: values }
      const { decision } = step(rules, state, { candle: { start: 60, ...price }, values }, 'all')
      if (decision?.kind !== 'entry') return
      const least = new Big(close).times(new Big(100).minus(percent)).div(100)
      expect(new Big(decision.stop).gte(least), `${decision.stop} for ${close}`).toBe(true)
      expect(new Big(decision.stop).lt(close)).toBe(true)
    }),
    { numRuns: 300 },
  )
})

test('makes no entry whose stop would not be above zero', () => {
  const rules = strategy({ stop: '99 atr(2)' })
  const indicators = createIndicatorSet(rules.series)
  let state = initialState('flat')
  const done = candles([100, 100, 106]).map((candle) => {
    const result = step(rules, state, { candle, values: indicators(candle) }, 'all')
    state = result.state
    return result
  })
  expect(done.at(-1)).toMatchObject({
    state: { target: 'flat' },
    refused: { code: 'stop_not_positive' },
  })
  expect(done.at(-1)?.decision).toBeUndefined()
})

test('decides nothing before every series has a value at two candles', () => {
  const slow = strategy({ enter: 'close > 1 and sma(5) > 1' })
  expect(run(slow, candles(Array(5).fill(100)))).toEqual([])
  expect(run(slow, candles(Array(6).fill(100))).map(({ at }) => at)).toEqual([5])
})

test('enters only when flat and leaves only when long', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 80, max: 120 }), { maxLength: 60 }), (closes) => {
      const kinds = run(strategy(), candles(closes)).map(({ kind }) => kind)
      expect(kinds).toEqual(kinds.map((_, i) => (i % 2 === 0 ? 'entry' : 'exit')))
    }),
  )
})

test('never looks ahead: cutting the future off changes no decision of the past', () => {
  const prices = fc.array(fc.integer({ min: 80, max: 120 }), { minLength: 2, maxLength: 80 })
  fc.assert(
    fc.property(prices, fc.nat(79), (closes, cut) => {
      const whole = run(CROSS, candles(closes))
      const short = run(CROSS, candles(closes.slice(0, cut)))
      expect(short).toEqual(whole.filter(({ at }) => at < cut))
    }),
  )
})

test('only remembers candles of the past', () => {
  const closes = [100, 110, 90, 110, 90]
  const allowed = () => 'past' as const
  expect(run(strategy(), candles(closes), { allowed })).toEqual([])
  expect(run(strategy(), candles(closes), { allowed, target: 'long' })).toEqual([])
})

test('never enters for what it missed', () => {
  const allowed = (at: number) => (at < 3 ? 'missed' : 'all')
  const rules = strategy({ enter: 'crossover(close, 105)' })
  expect(run(rules, candles([100, 110, 110, 110, 110]), { allowed })).toEqual([])
})

test('leaves late at the first live candle when the exit fell into candles it missed', () => {
  const allowed = (at: number) => (at < 4 ? 'missed' : 'all')
  const made = run(strategy(), candles([100, 94, 100, 100, 100]), { allowed, target: 'long' })
  expect(made).toMatchObject([
    { at: 4, kind: 'exit', reason: 'late, the exit was due before: close 100.00' },
  ])
})

test('stays when it would have left and entered again while away', () => {
  const allowed = (at: number) => (at < 4 ? 'missed' : 'all')
  expect(run(strategy(), candles([100, 94, 106, 100, 100]), { allowed, target: 'long' })).toEqual(
    [],
  )
})

test('right after a hole it leaves but does not enter', () => {
  const allowed = () => 'exits' as const
  expect(run(strategy(), candles([100, 110]), { allowed })).toEqual([])
  expect(run(strategy(), candles([100, 90]), { allowed, target: 'long' })).toHaveLength(1)
})
