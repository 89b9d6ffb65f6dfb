// Why a rule holds, in one ASCII line for a person: the values it looked at.
import { type CandleValues, evaluate, holds } from './evaluate.ts'
import { type Condition, type Numeric, print, seriesIn } from './tree.ts'

export const MAX_REASON = 200

const SAID = { crossover: 'crossed over', crossunder: 'crossed under' } as const

export function explain(rule: Condition, candleValues: CandleValues): string {
  const phrases = [...new Set(describe(rule, candleValues))]
  const told = phrases.filter((phrase) => !phrases.some((other) => tells(other, phrase)))
  return told.join(', ').slice(0, MAX_REASON)
}

/** A crossing that names a value makes the value alone superfluous. */
function tells(other: string, phrase: string): boolean {
  return other !== phrase && ` ${other} `.includes(` ${phrase} `)
}

function describe(rule: Condition, candleValues: CandleValues): string[] {
  switch (rule.is) {
    case 'not':
      return describe(rule.of, candleValues)
    case 'logic':
      return [...describe(rule.left, candleValues), ...describe(rule.right, candleValues)]
    case 'cross':
      if (holds(rule, candleValues))
        return [
          `${reading(rule.left, candleValues)} ${SAID[rule.operator]} ${reading(rule.right, candleValues)}`,
        ]
      return readingsOf(rule, candleValues)
    case 'compare':
      return readingsOf(rule, candleValues)
  }
}

function readingsOf(rule: Condition, candleValues: CandleValues): string[] {
  return seriesIn(rule).map((name) => reading({ is: 'series', name }, candleValues))
}

function reading(tree: Numeric, { now }: CandleValues): string {
  return tree.is === 'number' ? print(tree) : `${print(tree)} ${figure(evaluate(tree, now))}`
}

function figure(value: number | null): string {
  if (value === null) return 'unknown'
  return Math.abs(value) >= 1 || value === 0 ? value.toFixed(2) : value.toPrecision(4)
}
