import { expect, test } from 'vitest'
import { INDICATORS } from './table.ts'

const NAMES = Object.keys(INDICATORS)
const X = Float64Array.from({ length: 300 }, (_, i) => 100 + ((i * 7919) % 101) / 10)

function values(name: string, parameters: readonly number[], blocks: number): Float64Array[] {
  const indicator = INDICATORS[name]
  if (indicator === undefined) throw new Error(name)
  const kernel = indicator.create(parameters)
  const inputs = indicator.inputs === 'series' ? [X] : indicator.inputs.map(() => X)
  const outputs = indicator.outputs.map(() => new Float64Array(X.length))
  for (let from = 0; from < X.length; from += blocks)
    kernel.update(inputs, outputs, from, Math.min(from + blocks, X.length))
  return outputs
}

function defaults(name: string): number[] {
  return (INDICATORS[name]?.parameters ?? []).map((parameter) => parameter.default ?? 20)
}

test.each(NAMES)('%s gives its first value after its warm-up', (name) => {
  const [first] = values(name, defaults(name), X.length)
  expect(first?.findIndex((value) => !Number.isNaN(value))).toBe(
    INDICATORS[name]?.warmup(defaults(name)),
  )
})

test.each(NAMES)('%s does not depend on the size of its blocks', (name) => {
  const whole = values(name, defaults(name), X.length)
  expect(values(name, defaults(name), 1)).toEqual(whole)
  expect(values(name, defaults(name), 7)).toEqual(whole)
})

test('parameters out of bounds are a mistake of the caller', () => {
  expect(() => INDICATORS['ema']?.create([1])).toThrow(RangeError)
  expect(() => INDICATORS['ema']?.create([2.5])).toThrow(RangeError)
  expect(() => INDICATORS['ema']?.create([])).toThrow(RangeError)
  expect(() => INDICATORS['ema']?.create([5, 6])).toThrow(RangeError)
})
