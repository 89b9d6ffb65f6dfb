// What a rule says at one bar. A number that is not finite makes the whole rule unknown, never true.
import { seriesText, type Values } from '../../indicators/gauges.ts'
import type { ArithmeticOperator, Comparison, Condition, Numeric } from './tree.ts'

/** The series at a bar and at the bar before it. */
export interface Readings {
  readonly now: Values
  readonly before: Values
}

export function holds(rule: Condition, readings: Readings): boolean {
  return judge(rule, readings) === true
}

/** Null for an unknown number, such as a division by zero. */
export function evaluate(tree: Numeric, values: Values): number | null {
  const value = compute(tree, values)
  return Number.isFinite(value) ? value : null
}

function judge(rule: Condition, readings: Readings): boolean | null {
  switch (rule.is) {
    case 'not':
      return known([judge(rule.of, readings)], ([of]) => !of)
    case 'logic':
      return known([judge(rule.left, readings), judge(rule.right, readings)], ([left, right]) =>
        rule.operator === 'and' ? left && right : left || right,
      )
    case 'compare':
      return known(
        [evaluate(rule.left, readings.now), evaluate(rule.right, readings.now)],
        ([left, right]) => COMPARE[rule.operator](left, right),
      )
    case 'cross': {
      const { now, before } = readings
      const sides = [
        evaluate(rule.left, before),
        evaluate(rule.right, before),
        evaluate(rule.left, now),
        evaluate(rule.right, now),
      ] as const
      return known(sides, ([leftBefore, rightBefore, left, right]) =>
        rule.operator === 'crossover'
          ? leftBefore <= rightBefore && left > right
          : leftBefore >= rightBefore && left < right,
      )
    }
  }
}

const COMPARE: Record<Comparison, (left: number, right: number) => boolean> = {
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
}

const COMPUTE: Record<ArithmeticOperator, (left: number, right: number) => number> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
}

function compute(tree: Numeric, values: Values): number {
  switch (tree.is) {
    case 'number':
      return Number(tree.text)
    case 'series':
      return values.get(seriesText(tree.name)) ?? Number.NaN
    case 'negative':
      return -compute(tree.of, values)
    case 'arithmetic':
      return finite(COMPUTE[tree.operator](compute(tree.left, values), compute(tree.right, values)))
  }
}

// 1 / (1 / 0) would be a finite 0 again: what was unknown once stays unknown.
function finite(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN
}

type Known<Parts extends readonly unknown[]> = { [Index in keyof Parts]: NonNullable<Parts[Index]> }

function known<const Parts extends readonly unknown[], Result>(
  parts: Parts,
  combine: (parts: Known<Parts>) => Result,
): Result | null {
  return parts.includes(null) ? null : combine(parts as Known<Parts>)
}
