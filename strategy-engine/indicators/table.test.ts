// What holds for every indicator of the table.
import { expect, test } from 'vitest'
import { type Indicator, MAX_PERIOD, unitOf } from './kernel.ts'
import { INDICATORS } from './table.ts'
import { feed, inputsOf as pricesOf, TALIB, valuesOf } from './testing/columns.ts'
import { difference } from './testing/compare.ts'

const ALL = Object.entries(INDICATORS)
const CANDLES = TALIB.candles
const LENGTH = CANDLES.close.length

/** These take a condition: one that holds at every fifth candle. */
const OF_CONDITIONS = new Set([INDICATORS['count'], INDICATORS['barssince']])
const CONDITION = CANDLES.close.map((_, i) => (i % 5 === 0 ? 1 : 0))

function inputsOf(indicator: Indicator): Float64Array[] {
  return OF_CONDITIONS.has(indicator) ? [CONDITION] : pricesOf(indicator, CANDLES)
}

/** Its defaults, and short ones: windows that begin anew often. */
function parametersOf({ parameters }: Indicator): number[][] {
  const usual = parameters.map((parameter) => parameter.default ?? 10)
  const short = parameters.map(({ whole, least }, i) => (whole ? Math.max(least, 3 + i) : usual[i]))
  return [usual, short.map((value) => value ?? 0)]
}

test.each(ALL)('%s gives its first value after its warm-up', (_, indicator) => {
  for (const parameters of parametersOf(indicator)) {
    const [first] = valuesOf(indicator, parameters, inputsOf(indicator))
    const known = first?.findIndex((value) => !Number.isNaN(value))
    expect(known).toBe(indicator.warmup(parameters))
  }
})

test.each(ALL)('%s does not depend on the size of its blocks', (_, indicator) => {
  for (const parameters of parametersOf(indicator)) {
    const inputs = inputsOf(indicator)
    const whole = valuesOf(indicator, parameters, inputs, LENGTH)
    expect(valuesOf(indicator, parameters, inputs, 1)).toEqual(whole)
    expect(valuesOf(indicator, parameters, inputs, 7)).toEqual(whole)
  }
})

test.each(ALL)('%s goes on where a copy of its state was taken', (_, indicator) => {
  for (const parameters of parametersOf(indicator)) {
    const inputs = inputsOf(indicator)
    const whole = valuesOf(indicator, parameters, inputs)
    for (const cut of [1, 5, 23, 150]) {
      const first = indicator.create(parameters)
      const outputs = indicator.outputs.map(() => new Float64Array(LENGTH))
      feed(first, inputs, outputs, 64, 0, cut)
      const second = indicator.create(parameters)
      if (first.state === null || second.state === null) return
      second.state.set(first.state)
      feed(second, inputs, outputs, 64, cut)
      expect(outputs).toEqual(whole)
    }
  }
})

test.each(ALL)('%s passes over candles of which a part is unknown', (_, indicator) => {
  for (const parameters of parametersOf(indicator)) {
    const inputs = inputsOf(indicator)
    const whole = valuesOf(indicator, parameters, inputs)
    inputs.forEach((__, unknown) => {
      // Every seventh candle comes once more with one of its prices unknown, before it comes as it is.
      const holes = inputs.map((column, k) =>
        Float64Array.from(
          [...column].flatMap((value, i) =>
            i % 7 === 3 ? [k === unknown ? Number.NaN : value * 1.5, value] : [value],
          ),
        ),
      )
      const isHole = [...CANDLES.close].flatMap((___, i) => (i % 7 === 3 ? [true, false] : [false]))
      const outputs = valuesOf(indicator, parameters, holes)
      outputs.forEach((output, k) => {
        expect(output.filter((___, i) => !isHole[i])).toEqual(whole[k])
        expect(output.filter((___, i) => isHole[i]).every(Number.isNaN)).toBe(true)
      })
    })
  }
})

test.each(ALL)(
  '%s says what each of its outputs is: where prices double, prices alone do',
  (name, indicator) => {
    const [parameters = []] = parametersOf(indicator)
    if (UNLIKE_PRICES.has(name)) return
    const names = indicator.inputs === 'series' ? (['close'] as const) : indicator.inputs
    const inputs = inputsOf(indicator)
    const isSame = OF_CONDITIONS.has(indicator)
    const doubled = inputs.map((column, k) =>
      names[k] === 'volume' || isSame ? column : column.map((value) => value * 2),
    )
    const before = valuesOf(indicator, parameters, inputs)
    const after = valuesOf(indicator, parameters, doubled)
    before.forEach((column, output) => {
      const unit = unitOf(indicator, output)
      const factor = unit === 'price' || unit === 'same' ? 2 : 1
      const { worst } = difference(
        after[output] ?? column,
        column.map((value) => value * factor),
      )
      expect(worst).toBeLessThan(1e-6)
    })
  },
)

test.each(ALL)('%s keeps nothing of what its windows have left', (name, indicator) => {
  if (!WINDOWED.has(name)) return
  // A jump of ten orders of magnitude that the windows have passed must not be seen in the last digits.
  const [parameters = []] = parametersOf(indicator)
  const inputs = inputsOf(indicator)
  const wild = inputs.map((column) => column.map((value, i) => (i < 100 ? value * 1e10 : value)))
  const calm = valuesOf(indicator, parameters, inputs)
  const after = valuesOf(indicator, parameters, wild)
  calm.forEach((column, k) => {
    column.slice(200).forEach((value, i) => {
      expect(Math.abs((after[k]?.[i + 200] ?? 0) - value)).toBeLessThanOrEqual(1e-9)
    })
  })
})

/** Numbers that grow in another way: squares, angles, products with a volume, logarithms of ranges. */
const UNLIKE_PRICES = new Set(['var', 'linearreg_angle', 'efi', 'marketfi', 'gapo'])
const WINDOWED = new Set(['sma', 'wma', 'sum', 'highest', 'lowest', 'stdev', 'linearreg_slope'])

test('parameters out of bounds are a mistake of the caller', () => {
  const { ema } = INDICATORS
  expect(() => ema?.create([1])).toThrow(RangeError)
  expect(() => ema?.create([2.5])).toThrow(RangeError)
  expect(() => ema?.create([Number.NaN])).toThrow(RangeError)
  expect(() => ema?.create([MAX_PERIOD + 1])).toThrow(RangeError)
  expect(() => ema?.create([])).toThrow(RangeError)
  expect(() => ema?.create([5, 6])).toThrow(RangeError)
  expect(() => ema?.warmup([1])).toThrow(RangeError)
})
