// Indicators beside their definitions written out for one candle after another, slowly: for those of which TA-Lib has
// none, and for windows at prices and lengths at which running sums lose their digits.
import * as library from 'trading-signals'
import { expect, test } from 'vitest'
import type { PriceName } from './kernel.ts'
import { INDICATORS } from './table.ts'
import { type Columns, inputsOf, TALIB, valuesOf } from './testing/columns.ts'
import { difference } from './testing/compare.ts'

const { candles, shapes } = TALIB
const LENGTH = candles.close.length

type Window = Readonly<Record<PriceName, readonly number[]>>

/** A definition over the last n candles, oldest first. */
type Define = (window: Window) => number

function defined(n: number, columns: Columns, define: Define): Float64Array {
  const { open, high, low, close, volume } = columns
  return Float64Array.from({ length: close.length }, (_, i) => {
    if (i + 1 < n) return Number.NaN
    const part = (column: Float64Array) => [...column.subarray(i + 1 - n, i + 1)]
    return define({
      open: part(open),
      high: part(high),
      low: part(low),
      close: part(close),
      volume: part(volume),
    })
  })
}

function ours(name: string, parameters: readonly number[], columns = candles): Float64Array[] {
  const indicator = INDICATORS[name]
  if (indicator === undefined) throw new Error(`there is no ${name}`)
  return valuesOf(indicator, parameters, inputsOf(indicator, columns))
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const mean = (values: readonly number[]) => sum(values) / values.length

function spread(values: readonly number[]): number {
  const middle = mean(values)
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)))
}

function withTime(values: readonly number[]): number {
  const times = values.map((_, i) => i)
  const [middle, centre] = [mean(values), mean(times)]
  const together = mean(values.map((value, i) => (value - middle) * (i - centre)))
  return together === 0 ? 0 : together / spread(values) / spread(times)
}

const last = (values: readonly number[]) => values.at(-1) ?? Number.NaN
const isFlat = (values: readonly number[]) => Math.max(...values) === Math.min(...values)

function ranges({ high, low, close }: Window): number[] {
  return high.slice(1).map((top, i) => {
    const [bottom = 0, before = 0] = [low[i + 1], close[i]]
    return Math.max(top, before) - Math.min(bottom, before)
  })
}

test.each<[string, number[], number, Define]>([
  ['cti', [12], 12, ({ close }) => (isFlat(close) ? 0 : withTime(close))],
  [
    'zscore',
    [20],
    20,
    ({ close }) => (isFlat(close) ? 0 : (last(close) - mean(close)) / spread(close)),
  ],
  [
    'bollinger_percent',
    [20, 2],
    20,
    ({ close }) => (isFlat(close) ? 0.5 : (last(close) - mean(close)) / (4 * spread(close)) + 0.5),
  ],
  ['bollinger_width', [20, 2], 20, ({ close }) => (4 * spread(close)) / mean(close)],
  [
    'vwap',
    [20],
    20,
    ({ high, low, close, volume }) =>
      sum(
        volume.map((part, i) => (part * ((high[i] ?? 0) + (low[i] ?? 0) + (close[i] ?? 0))) / 3),
      ) / sum(volume),
  ],
  [
    'chop',
    [14],
    15,
    (window) =>
      (100 *
        Math.log10(
          sum(ranges(window)) /
            (Math.max(...window.high.slice(1)) - Math.min(...window.low.slice(1))),
        )) /
      Math.log10(14),
  ],
  ['since_highest', [9], 9, ({ close }) => 8 - close.lastIndexOf(Math.max(...close))],
  ['since_lowest', [9], 9, ({ close }) => 8 - close.lastIndexOf(Math.min(...close))],
  ['mean', [7], 7, ({ close }) => mean(close)],
])('%s follows its definition', (name, parameters, n, define) => {
  const found = difference(ours(name, parameters)[0] ?? candles.open, defined(n, candles, define))
  expect(found.first).toBe(found.firstOther)
  expect(found.worst, `at candle ${found.at}`).toBeLessThan(1e-9)
})

test('the cloud of Ichimoku at a candle is what was known 26 candles before', () => {
  const middle = (n: number) =>
    defined(n, candles, ({ high, low }) => (Math.max(...high) + Math.min(...low)) / 2)
  const [short, long, span] = [middle(9), middle(26), middle(52)]
  const before = (value: (i: number) => number) =>
    Float64Array.from({ length: LENGTH }, (_, i) => (i < 26 ? Number.NaN : value(i - 26)))
  const lines = [
    short,
    long,
    before((i) => ((short[i] ?? 0) + (long[i] ?? 0)) / 2),
    before((i) => span[i] ?? Number.NaN),
  ]
  expect(ours('ichimoku', [9, 26, 52])).toEqual(lines)
})

test('a condition is counted, and the candles since it held', () => {
  const { count, barssince } = INDICATORS
  if (count === undefined || barssince === undefined) throw new Error('there are none')
  const held = [Float64Array.of(0, 0, 1, 0, Number.NaN, 0, 1, 1, 0)]
  const { NaN: none } = Number
  expect(valuesOf(count, [3], held)).toEqual([Float64Array.of(none, none, 1, 1, none, 1, 1, 2, 2)])
  expect(valuesOf(barssince, [], held)).toEqual([
    Float64Array.of(none, none, 0, 1, none, 2, 0, 0, 1),
  ])
})

test('ema_first begins with the first value and is shown from the n-th on', () => {
  const values = Float64Array.of(10, 11, 13, 12, 15)
  const { ema_first: first } = INDICATORS
  if (first === undefined) throw new Error('there is none')
  const [column] = valuesOf(first, [3], [values])
  expect(column).toEqual(Float64Array.of(Number.NaN, Number.NaN, 11.75, 11.875, 13.4375))
})

/** Prices that move by cents around a hundred thousand, for a million candles, with a spike in between. */
function long(): Columns {
  let state = 7
  const random = () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  let price = 100_000
  const close = Float64Array.from({ length: 1_000_000 }, (_, i) => {
    price += Math.round((random() - 0.5) * 20) / 100
    return i === 400_000 ? price * 1_000 : price
  })
  const volume = close.map(() => random() * 1e6)
  return {
    open: close,
    high: close.map((one) => one + 1),
    low: close.map((one) => one - 1),
    close,
    volume,
  }
}

test('after a million candles a window still has all its digits', () => {
  const columns = long()
  const tail = (column: Float64Array) => column.slice(-2_000)
  const { open, high, low, close, volume } = columns
  const end: Columns = {
    open: tail(open),
    high: tail(high),
    low: tail(low),
    close: tail(close),
    volume: tail(volume),
  }
  const definitions: [string, number, Define][] = [
    ['sma', 50, (window) => mean(window.close)],
    ['sum', 50, (window) => sum(window.close)],
    ['wma', 50, (window) => sum(window.close.map((one, i) => one * (i + 1))) / 1_275],
    ['stdev', 50, (window) => spread(window.close)],
    ['highest', 50, (window) => Math.max(...window.close)],
    ['lowest', 50, (window) => Math.min(...window.close)],
    ['cti', 50, (window) => withTime(window.close)],
  ]
  for (const [name, n, define] of definitions) {
    const [whole = close] = ours(name, [n], columns)
    const found = difference(tail(whole), defined(n, end, define), (i) => i < n)
    expect(found.worst, name).toBeLessThan(1e-9)
  }
})

type Library = { update(input: never, replace: boolean): unknown }

/** What trading-signals says of the close, or of whole candles. */
function judged(indicator: Library, of: 'close' | 'candle', read: (result: unknown) => number) {
  const update = indicator.update.bind(indicator) as (input: unknown, replace: boolean) => unknown
  return shapes.close.map((close, i) => {
    const candle = {
      open: shapes.open[i],
      high: shapes.high[i],
      low: shapes.low[i],
      close,
      volume: shapes.volume[i],
    }
    const result = update(of === 'close' ? close : candle, false)
    return result === null || result === undefined ? Number.NaN : read(result)
  })
}

/** As its author wrote it down: two stops that only move with the trend, and a trend that turns where one is crossed. */
function followedBy(average: Float64Array, distance: (i: number) => number): Float64Array {
  let [long, short, way] = [Number.NaN, Number.NaN, 1]
  return average.map((mean, i) => {
    const far = distance(i)
    if (Number.isNaN(mean + far)) return Number.NaN
    const [longBefore, shortBefore] = [long, short]
    const before = average[i - 1] ?? Number.NaN
    long = before >= longBefore ? Math.max(mean - far, longBefore) : mean - far
    short = before <= shortBefore ? Math.min(mean + far, shortBefore) : mean + far
    if (way < 0 && mean > short) way = 1
    else if (way > 0 && mean < long) way = -1
    return way > 0 ? long : short
  })
}

test('pmax and most follow an average', () => {
  const { high, low } = shapes
  const middle = high.map((top, i) => (top + (low[i] ?? 0)) / 2)
  const ema = INDICATORS['ema'] ?? expect.fail()
  const [average = high] = valuesOf(ema, [10], [middle])
  const [ranges = high] = ours('atr', [8], shapes)
  const [value = high, direction = high, mean] = ours('pmax', [8, 1.5, 10], shapes)
  const expected = followedBy(average, (i) => 1.5 * (ranges[i] ?? 0))
  expect(difference(value, expected).worst).toBeLessThan(1e-9)
  expect(mean).toEqual(average)
  expect(new Set(direction.filter((way) => !Number.isNaN(way)))).toEqual(new Set([1, -1]))
  const [closes = high] = ours('ema', [5], shapes)
  const [line = high] = ours('most', [5, 0.1], shapes)
  const most = followedBy(closes, (i) => (closes[i] ?? 0) / 1_000)
  expect(difference(line, most).worst).toBeLessThan(1e-9)
})

const number = (result: unknown) => Number(result)
const field = (name: string) => (result: unknown) => (result as Record<string, number>)[name] ?? 0

test.each<[string, number[], number, Float64Array]>([
  ['ema', [20], 0, judged(new library.EMA(20), 'close', number)],
  ['dema', [20], 0, judged(new library.DEMA(20), 'close', number)],
  ['tema', [20], 0, judged(new library.TEMA(20), 'close', number)],
  ['t3', [5, 0.7], 0, judged(new library.T3(5, 0.7), 'close', number)],
  ['cci', [20], 0, judged(new library.CCI(20), 'candle', number)],
  ['ad', [], 0, judged(new library.AD(), 'candle', number)],
  ['bop', [], 0, judged(new library.BOP(), 'candle', number)],
  ['imi', [14], 0, judged(new library.IMI(14), 'candle', number)],
  ['trange', [], 0, judged(new library.TR(), 'candle', number)],
  ['natr', [14], 0, judged(new library.NATR(14), 'candle', number)],
  ['vwma', [14], 0, judged(new library.VWMA(14), 'candle', number)],
  ['sma', [20], 0, judged(new library.SMA(20), 'close', number)],
  ['wma', [20], 0, judged(new library.WMA(20), 'close', number)],
  ['hma', [20], 0, judged(new library.HMA(20), 'close', number)],
  ['trima', [20], 0, judged(new library.TRIMA(20), 'close', number)],
  ['kama', [10], 0, judged(new library.KAMA(10), 'close', number)],
  ['rsi', [14], 0, judged(new library.RSI(14), 'close', number)],
  ['mom', [10], 0, judged(new library.MOM(10), 'close', number)],
  ['rocp', [10], 0, judged(new library.ROC(10), 'close', number)],
  ['bollinger', [20, 2], 0, judged(new library.BollingerBands(20, 2), 'close', field('upper'))],
  ['linearreg_slope', [14], 0, judged(new library.LinearRegression(14), 'close', field('slope'))],
  ['atr', [14], 0, judged(new library.ATR(14), 'candle', number)],
  ['willr', [14], 0, judged(new library.WilliamsR(14), 'candle', number)],
  ['ao', [5, 34], 0, judged(new library.AO(5, 34), 'candle', number)],
  ['mfi', [14], 0, judged(new library.MFI(14), 'candle', number)],
  ['cmf', [20], 0, judged(new library.CMF(20), 'candle', number)],
  [
    'supertrend',
    [10, 3],
    0,
    judged(new library.SuperTrend({ interval: 10, multiplier: 3 }), 'candle', field('supertrend')),
  ],
])('%s(%j) is what trading-signals says', (name, parameters, output, theirs) => {
  const column = ours(name, parameters, shapes)[output] ?? shapes.open
  // Its averages begin otherwise; after 700 candles nothing is left of that.
  const found = difference(column, theirs, (i) => i < 700)
  expect(found.worst, `at candle ${found.at}`).toBeLessThan(1e-9)
})
