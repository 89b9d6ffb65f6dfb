// Comparing and joining, of every two of the values that there are.
import { expect, test } from 'vitest'
import { and, COMPARE_STEPS, or } from './operators.ts'

/** The answers for each value beside each. */
function table(
  values: readonly number[],
  step: (left: Float64Array, right: Float64Array, out: Float64Array) => (length: number) => void,
) {
  const pairs = values.flatMap((a) => values.map((b) => [a, b] as const))
  const left = Float64Array.from(pairs, ([a]) => a)
  const right = Float64Array.from(pairs, ([, b]) => b)
  const out = new Float64Array(pairs.length)
  step(left, right, out)(pairs.length)
  return pairs.map(([a, b], at) => ({ a, b, is: out[at] }))
}

test.each([
  ['<', (a: number, b: number) => a < b],
  ['<=', (a: number, b: number) => a <= b],
  ['>', (a: number, b: number) => a > b],
  ['>=', (a: number, b: number) => a >= b],
] as const)('a %s b is true, false, or unknown where one of them is', (operator, holds) => {
  const values = [-1, -0, 0, 0.1 + 0.2, 0.3, 2, Number.POSITIVE_INFINITY, Number.NaN]
  for (const { a, b, is } of table(values, COMPARE_STEPS[operator]))
    expect(is, `${a} ${operator} ${b}`).toBe(
      Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : Number(holds(a, b)),
    )
})

test('what is joined is unknown where a part of it is', () => {
  const values = [0, 1, Number.NaN]
  for (const { a, b, is } of table(values, and)) expect(is, `${a} and ${b}`).toBe(Math.min(a, b))
  for (const { a, b, is } of table(values, or)) expect(is, `${a} or ${b}`).toBe(Math.max(a, b))
})
