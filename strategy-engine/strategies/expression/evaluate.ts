// Evaluates a rule at one candle. A number that is not finite makes the whole rule unknown, never true.
import { type IndicatorValues, seriesText } from '../../indicators/indicator-set.ts'
import type { ArithmeticOperator, Comparison, Condition, Numeric } from './tree.ts'

/** The series at a candle and at the candle before it. */
export interface CandleValues {
  readonly now: IndicatorValues
  readonly previous: IndicatorValues
}

export function holds(rule: Condition, candleValues: CandleValues): boolean {
  return judge(rule, candleValues) === true
}

/** Null for an unknown number, such as a division by zero. */
export function evaluate(tree: Numeric, values: IndicatorValues): number | null {
  const value = compute(tree, values)
  return Number.isFinite(value) ? value : null
}

function judge(rule: Condition, candleValues: CandleValues): boolean | null {
  switch (rule.is) {
    case 'not':
      return known([judge(rule.of, candleValues)], ([of]) => !of)
    case 'logic':
      return known(
        [judge(rule.left, candleValues), judge(rule.right, candleValues)],
        ([left, right]) => (rule.operator === 'and' ? left && right : left || right),
      )
    case 'compare':
      return known(
        [evaluate(rule.left, candleValues.now), evaluate(rule.right, candleValues.now)],
        ([left, right]) => COMPARE[rule.operator](left, right),
      )
    case 'cross': {
      const { now, previous } = candleValues
      const sides = [
        evaluate(rule.left, previous),
        evaluate(rule.right, previous),
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

function compute(tree: Numeric, values: IndicatorValues): number {
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
