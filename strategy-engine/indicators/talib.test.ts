// Our indicators are TA-Lib's: the same first candle, and the same values to nine digits, on candles that are made to
// break them. testing/talib-values.py writes what TA-Lib says.
import { expect, test } from 'vitest'
import { INDICATORS } from './table.ts'
import { inputsOf, TALIB, valuesOf } from './testing/columns.ts'
import { difference, isNoise } from './testing/compare.ts'

const { candles, cases, shapes, patterns } = TALIB

test('the candles are what breaks indicators', () => {
  const { open, high, low, close, volume } = candles
  const count = (holds: (i: number) => boolean) => close.filter((_, i) => holds(i)).length
  expect(count((i) => high[i] === low[i])).toBeGreaterThan(50)
  expect(count((i) => high[i] === high[i - 1])).toBeGreaterThan(60)
  expect(count((i) => low[i] === low[i - 1])).toBeGreaterThan(60)
  expect(count((i) => volume[i] === 0)).toBeGreaterThan(50)
  expect(count((i) => (open[i] ?? 0) > (close[i - 1] ?? 0))).toBeGreaterThan(5)
  expect(count((i) => Math.abs(Math.log((close[i] ?? 1) / (close[i - 1] ?? 1))) > 0.3)).toBe(4)
})

test.each(cases.map((one) => ({ ...one, text: `${one.name}(${one.parameters.join(', ')})` })))(
  "$text is TA-Lib's",
  ({ name, parameters, outputs }) => {
    const indicator = INDICATORS[name]
    if (indicator === undefined) throw new Error(`there is no ${name}`)
    const ours = valuesOf(indicator, parameters, inputsOf(indicator, candles))
    expect(outputs.length).toBe(ours.length)
    outputs.forEach((theirs, k) => {
      const skip = isNoise(name, parameters, candles)
      const found = difference(ours[k] ?? new Float64Array(0), theirs, skip)
      expect(found.first).toBe(found.firstOther)
      expect(found.worst, `${indicator.outputs[k]} at candle ${found.at}`).toBeLessThan(1e-9)
    })
  },
)

test.each(patterns)('$name is where TA-Lib finds it', ({ name, first, at }) => {
  const indicator = INDICATORS[name]
  if (indicator === undefined) throw new Error(`there is no ${name}`)
  const [ours = shapes.open] = valuesOf(indicator, [], inputsOf(indicator, shapes))
  expect(ours.findIndex((value) => !Number.isNaN(value))).toBe(first)
  expect([...ours.keys()].filter((i) => ours[i] === 1)).toEqual(at)
  expect(at.length).toBeGreaterThan(2)
})

test('a value that is off by a millionth is seen', () => {
  const theirs = Float64Array.of(Number.NaN, 100, 200, 300)
  expect(difference(Float64Array.of(Number.NaN, 100, 200.0002, 300), theirs).worst).toBeCloseTo(
    1e-6,
  )
  expect(difference(Float64Array.of(Number.NaN, Number.NaN, 200, 300), theirs).worst).toBe(Infinity)
})
