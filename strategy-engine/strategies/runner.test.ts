import { toDecimal } from '@keyside/protocol'
import Big from 'big.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Candle } from '../market/candle.ts'
import { columnsOf } from '../market/candle-columns.ts'
import { candles, RULES, strategy, strategyOf } from '../testing/rules.ts'
import { Graph } from './compile/graph.ts'
import type { Decision } from './decision.ts'
import type { Strategy } from './file/strategy.ts'
import { Model } from './model.ts'
import { type AllowedSignals, type PastSignal, Runner } from './runner.ts'

const CROSS = strategy({ enter: 'crossover(ema(2), ema(4))', exit: 'crossunder(ema(2), ema(4))' })

type Made = { at: number } & Decision

/** What a former run signaled at a candle before all others: far below, so that it protects nothing. */
const ENTERED: PastSignal = {
  kind: 'entry',
  iat: -540,
  candle: { timeframe: '1m', start: -600 },
  referencePrice: '100',
  stopPrice: '1',
}

function steps(rules: Strategy, signals: readonly PastSignal[] = []) {
  const graph = new Graph(rules.timeframe, 1)
  const runner = new Runner(rules, graph)
  runner.resume(signals)
  return (candle: Candle, allowed: AllowedSignals = 'all') => {
    graph.feed(columnsOf([candle]), 0, 1)
    return runner.step(0, candle, allowed)
  }
}

function run(
  rules: Strategy,
  candles: readonly Candle[],
  {
    allowed = () => 'all',
    signals = [],
  }: { allowed?: (at: number) => AllowedSignals; signals?: readonly PastSignal[] } = {},
): Made[] {
  const step = steps(rules, signals)
  return candles.flatMap((candle, at) => {
    const { decision } = step(candle, allowed(at))
    return decision ? [{ at, ...decision }] : []
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
      exits: {},
      size: { unit: 'percent', value: '10' },
      ref: '106.4',
      stop: '104.804',
      reason: 'close 106.40',
    },
  ])
})

test('leaves with everything', () => {
  const [exit] = run(strategy(), candles([100, 94]), { signals: [ENTERED] })
  expect(exit).toMatchObject({ kind: 'exit', size: { unit: 'percent', value: '100' }, ref: '94' })
})

test('leaves when its longest time in the market is over, and may enter again at the next candle', () => {
  const rules = strategy({ enter: 'close > 90', exit: 'close < 50', max_hold: '3m' })
  const made = run(rules, candles(Array(10).fill(100)))
  expect(made.map(({ at, kind, reason }) => [at, kind, reason])).toEqual([
    [0, 'entry', 'close 100.00'],
    [3, 'exit', "the strategy's longest time in the market is over: 180 s from its own entry"],
    [4, 'entry', 'close 100.00'],
    [7, 'exit', "the strategy's longest time in the market is over: 180 s from its own entry"],
    [8, 'entry', 'close 100.00'],
  ])
})

test('the time goes on over a restart and over candles that nobody watched', () => {
  const rules = strategy({ exit: 'close < 50', max_hold: '4m' })
  const entered = { ...ENTERED, iat: 60, candle: { timeframe: '1m', start: 0 } }
  const made = run(rules, candles([100, 100, 100, 100, 100]), {
    allowed: (at) => (at < 4 ? 'past' : 'exits'),
    signals: [entered],
  })
  expect(made.map(({ at, kind }) => [at, kind])).toEqual([[4, 'exit']])
})

test('goes on with the stop and the highest price of a former run', () => {
  const entered = { ...ENTERED, stopPrice: '95', trailingStop: { percent: '5' } }
  const made = run(strategy({ exit: 'close < 50' }), candles([100, 120, 119, 113]), {
    allowed: (at) => (at < 2 ? 'past' : 'all'),
    signals: [entered],
  })
  expect(made).toMatchObject([
    { at: 3, kind: 'exit', reason: "the price reached the strategy's trailing stop" },
  ])
})

test('a cool-down goes on over a restart', () => {
  const rules = strategy({ cooldown: '2m' })
  const left: PastSignal = { ...ENTERED, kind: 'exit', iat: 0 }
  const made = run(rules, candles([106, 106, 106]), { signals: [left] })
  expect(made.map(({ at, kind }) => [at, kind])).toEqual([[1, 'entry']])
})

test('sets the stop at a multiple of a series below the price', () => {
  const [entry] = run(strategy({ stop: '2 atr(2)' }), candles([100, 100, 100, 106]))
  // True ranges 2, 2, 2, 7: the smoothed one is (2 + 7) / 2.
  expect(entry).toMatchObject({ stop: '97' })
})

test('take-profits and break-even at a distance are taken once, at the entry', () => {
  const take_profit = '[{ at: 3 * atr(2), sell: 50 % }, { at: 10 % }]'
  const rules = strategy({ take_profit, break_even: 'atr(2)' })
  const [entry] = run(rules, candles([100, 100, 100, 106]))
  expect(entry).toMatchObject({
    exits: {
      takeProfits: [
        { price: '119.5', percent: '50' },
        { price: '116.6', percent: '100' },
      ],
      breakEven: '4.2453',
    },
  })
  // A level at or under the price is none: nothing is entered.
  const under = strategy({ take_profit: '[{ at: close - 106 }]' })
  expect(run(under, candles([100, 100, 100, 106]))).toEqual([])
  const above = strategy({ take_profit: '[{ at: close - 105.5 }]' })
  expect(run(above, candles([100, 100, 100, 106]))).toHaveLength(1)
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
    const { decision } = steps(rules)({ start: 60, ...price })
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
      const { decision } = steps(rules)({ start: 60, ...price })
      if (decision?.kind !== 'entry') return
      const least = new Big(close).times(new Big(100).minus(percent)).div(100)
      expect(new Big(decision.stop).gte(least), `${decision.stop} for ${close}`).toBe(true)
      expect(new Big(decision.stop).lt(close)).toBe(true)
    }),
    { numRuns: 300 },
  )
})

test('makes no entry whose stop would not be above zero', () => {
  const step = steps(strategy({ stop: '99 atr(2)' }))
  const done = candles([100, 100, 106]).map((candle) => step(candle))
  expect(done.at(-1)).toMatchObject({ refused: { code: 'stop_not_positive' } })
  expect(done.at(-1)?.decision).toBeUndefined()
})

test('decides nothing before everything that it reads is known', () => {
  const slow = strategy({ enter: 'close > 1 and sma(5) > 1' })
  expect(run(slow, candles(Array(4).fill(100)))).toEqual([])
  expect(run(slow, candles(Array(6).fill(100))).map(({ at }) => at)).toEqual([4])
  const slowStop = strategy({ enter: 'close > 1', stop: '2 atr(5)' })
  expect(run(slowStop, candles(Array(8).fill(100))).map(({ at }) => at)).toEqual([5])
})

test.each([
  [
    'take_profit',
    '[{ at: 2 %, sell: 100 % }]',
    [106, 110],
    "the price reached the strategy's take-profits",
  ],
  ['stop', '3 %', [106, 100], "the price reached the strategy's stop"],
  ['trailing_stop', '2 %', [106, 115, 112], "the price reached the strategy's trailing stop"],
  ['break_even', '2 %', [106, 110, 105], "the price came back to the strategy's entry price"],
] as const)(
  'leaves as the device does by itself, and says why: %s',
  (key, value, closes, reason) => {
    const made = run(strategy({ exit: 'close < 1', [key]: value }), candles(closes))
    expect(made.at(-1)).toMatchObject({ at: closes.length - 1, kind: 'exit', reason })
  },
)

test('says which of several rules it was', () => {
  const rules = strategy({
    enter: '{ dip: close < 50, breakout: close > 105 }',
    exit: '{ profit: profit > 5 %, loss: close < 95 }',
  })
  expect(run(rules, candles([106, 112])).map(({ reason }) => reason)).toEqual([
    'breakout: close 106.00',
    'profit: profit 5.66 %',
  ])
})

test('a size by risk is as much as is lost at the stop', () => {
  const { size: _, ...rest } = RULES
  const sized = (risk: string) => run(strategyOf({ ...rest, risk }), candles([106]))[0]?.size
  expect(sized('1 %')).toEqual({ unit: 'percent', value: '5' })
  expect(sized('25 %')).toEqual({ unit: 'percent', value: '100' })
})

test('a safety order is an entry with the stop of the first, its take-profits above the average', () => {
  const rules = strategy({
    exit: 'close < 1',
    stop: '20 %',
    size: '100 USDT',
    take_profit: '[{ at: 10 %, sell: 100 % }]',
    max_hold: '1h',
    add: '[{ when: close < first entry * 95 %, size: 100 USDT }]',
  })
  const made = run(rules, candles([120, 100, 100]))
  expect(made).toMatchObject([
    { at: 0, kind: 'entry', stop: '96', exits: { maxHold: 3_600 } },
    { at: 1, kind: 'entry', stop: '96', ref: '100', exits: { maxHold: 3_540 } },
  ])
  const add = made[1]
  expect(add?.kind === 'entry' ? Number(add.exits.takeProfits?.[0]?.price) : 0).toBeCloseTo(120, 9)
  expect(add?.reason).toMatch(/^safety order 1: close 100/)
})

const MOVES = strategy({
  exit: 'close < 50',
  stop: '20 %',
  move_stop:
    '[{ to: entry, when: profit > 4 % }, { to: highest since entry - 10, when: profit > 9 % }]',
})
const told = (made: readonly Made[]) =>
  made.map((one) => [one.at, one.kind, one.kind === 'exit' ? one.reason : one.stop])

test('rules move the stop up, each time by a tenth of a percent at least, and never down', () => {
  const made = run(MOVES, candles([110, 113, 115, 121, 121.05, 119, 118, 130, 111]))
  expect(told(made)).toEqual([
    [0, 'entry', '88'],
    [2, 'stop', '110'],
    [3, 'stop', '112'],
    [7, 'stop', '121'],
    [8, 'exit', "the price reached the strategy's stop"],
  ])
  expect(made[1]).toMatchObject({
    size: { unit: 'percent', value: '100' },
    ref: '115',
    reason: 'the stop moves up: profit 4.55 %, entry 110.00',
  })
})

test('a stop that belongs at the close or above it is reached: the position is left', () => {
  const rules = strategy({
    exit: 'close < 50',
    move_stop: '[{ to: entry * 102 %, when: age > 1m }]',
  })
  expect(told(run(rules, candles([110, 109, 109])))).toEqual([
    [0, 'entry', '88'],
    [2, 'exit', "the price reached the strategy's stop"],
  ])
})

test('a safety order comes before the stop, and says where it is by then', () => {
  const rules = strategy({
    exit: 'close < 50',
    add: '[{ when: candles since entry >= 1, size: 5 % }, { when: candles since entry >= 3, size: 5 % }]',
    move_stop: '[{ to: first entry * 90 % }]',
  })
  expect(told(run(rules, candles([110, 110, 110, 110])))).toEqual([
    [0, 'entry', '88'],
    [1, 'entry', '88'],
    [2, 'stop', '99'],
    [3, 'entry', '99'],
  ])
})

test('a stop that was moved is where it was after a restart, however many candles of the past there are', () => {
  const closes = [110, 115, 121, 119, 118, 120, 111.5]
  const whole = run(MOVES, candles(closes))
  expect(told(whole).at(-1)?.slice(0, 2)).toEqual([6, 'exit'])
  for (let stop = 1; stop < 6; stop++)
    for (const known of [0, stop]) {
      const before = whole.filter(({ at }) => at < stop)
      const signals = before.map(
        ({ at, ...made }): PastSignal => ({
          kind: made.kind,
          iat: at * 60 + 60,
          candle: { timeframe: '1m', start: at * 60 },
          referencePrice: made.ref,
          ...(made.kind !== 'exit' && { stopPrice: made.stop }),
        }),
      )
      const past = candles(closes).slice(known === 0 ? 0 : stop)
      const after = run(MOVES, past, {
        signals,
        allowed: (at) => (known === 0 && at < stop ? 'past' : 'all'),
      })
      expect(after.map(({ kind }) => kind)).toEqual(
        whole.filter(({ at }) => at >= stop).map(({ kind }) => kind),
      )
    }
})

test.each([1, 4, 1_024])(
  'a value of a candle that is counted from the entry, in blocks of %i',
  (block) => {
    const rules = strategy({
      enter: 'close > 105 and close[1] <= 105',
      exit: 'open[candles since entry - 2] < 0 or close < 50',
      move_stop: '[{ to: "low[candles since entry - 2] - 5", when: candles since entry > 3 }]',
      stop: '50 %',
    })
    const columns = columnsOf(candles([100, 110, 108, 112, 109, 111, 111, 120, 111]))
    const graph = new Graph('1m', block)
    const model = new Model(rules, graph)
    const made: [number, string, number][] = []
    for (let from = 0; from < columns.length; from += block) {
      const to = Math.min(columns.length, from + block)
      graph.feed(columns, from, to)
      for (let i = model.scan(0, to - from); i < to - from; i = model.scan(i + 1, to - from))
        made.push([from + i, model.decided, model.held.stop])
    }
    // Entered at candle 1: two candles after it the low is 111, and the stop 106.
    expect(made).toEqual([
      [1, 'entry', 55],
      [5, 'move', 106],
    ])
  },
)

test('what moves the stop while nobody is told moves it at the next candle that is', () => {
  const allowed = (at: number) => (at === 2 ? 'missed' : 'all')
  expect(told(run(MOVES, candles([110, 111, 121, 121]), { allowed }))).toEqual([
    [0, 'entry', '88'],
    [3, 'stop', '112'],
  ])
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
  expect(run(strategy(), candles(closes), { allowed, signals: [ENTERED] })).toEqual([])
})

test('never enters for what it missed', () => {
  const allowed = (at: number) => (at < 3 ? 'missed' : 'all')
  const rules = strategy({ enter: 'crossover(close, 105)' })
  expect(run(rules, candles([100, 110, 110, 110, 110]), { allowed })).toEqual([])
})

test('leaves late at the first live candle when the exit fell into candles it missed', () => {
  const allowed = (at: number) => (at < 4 ? 'missed' : 'all')
  const made = run(strategy(), candles([100, 94, 100, 100, 100]), { allowed, signals: [ENTERED] })
  expect(made).toMatchObject([
    { at: 4, kind: 'exit', reason: 'late, the exit was due before: close 100.00' },
  ])
})

test('stays when it would have left and entered again while away', () => {
  const allowed = (at: number) => (at < 4 ? 'missed' : 'all')
  expect(
    run(strategy(), candles([100, 94, 106, 106, 106]), { allowed, signals: [ENTERED] }),
  ).toEqual([])
})

test('right after a hole it leaves but does not enter', () => {
  const allowed = () => 'exits' as const
  expect(run(strategy(), candles([100, 110]), { allowed })).toEqual([])
  expect(run(strategy(), candles([100, 90]), { allowed, signals: [ENTERED] })).toHaveLength(1)
})

test('an alert whose rule could not be known before has not begun when it is known', () => {
  const rules = strategy({ enter: 'close > 1000', alert: 'close > sma(3) and open > 1' })
  const step = steps(rules)
  const said = candles([100, 101, 102, 103, 90, 103]).map((candle) => step(candle).alerts ?? [])
  expect(said.map((alerts) => alerts.length)).toEqual([0, 0, 0, 0, 0, 1])
  expect(new Runner(rules, new Graph('1m', 1))).toMatchObject({ warmup: 0, reach: 2 })
})

test('history reaches back as far as what is looked at while long', () => {
  const reachOf = (fields: Parameters<typeof strategy>[0]) =>
    new Runner(strategy(fields), new Graph('1m', 1)).reach
  expect(reachOf({ exit: 'profit > 1 % and close < sma(50) @ 1h' })).toBe((49 + 2) * 60)
  expect(reachOf({ add: '[{ when: close < entry - atr(20), size: 5 % }]' })).toBe(20)
  expect(reachOf({ move_stop: '[{ to: "lowest(low, 9)[3]", when: profit > 1 % }]' })).toBe(11)
})

test('an alert is said once, when its rule begins to hold, also while nothing may be entered', () => {
  const step = steps(
    strategy({ enter: 'close > 1000', alert: '{ high: close > 110, low: close < 90 }' }),
  )
  const said = candles([120, 100, 111, 112, 100, 115, 80]).map((candle, at) => {
    return step(candle, at === 5 ? 'exits' : 'all').alerts ?? []
  })
  expect(said).toEqual([
    [],
    [],
    [{ name: 'high', text: 'close 111.00' }],
    [],
    [],
    [{ name: 'high', text: 'close 115.00' }],
    [{ name: 'low', text: 'close 80.00' }],
  ])
  const missed = steps(strategy({ enter: 'close > 1000', alert: 'close > 110' }))
  expect(candles([100, 120]).map((candle) => missed(candle, 'missed').alerts)).toEqual([
    undefined,
    undefined,
  ])
})
