// Why a rule holds, in one ASCII line for a person: the values it looked at.
import { evaluate, holds, type Readings } from './evaluate.ts'
import { type Condition, type Numeric, print, seriesIn } from './tree.ts'

export const MAX_REASON = 200

const SAID = { crossover: 'crossed over', crossunder: 'crossed under' } as const

export function explain(rule: Condition, readings: Readings): string {
  const phrases = [...new Set(describe(rule, readings))]
  const told = phrases.filter((phrase) => !phrases.some((other) => tells(other, phrase)))
  return told.join(', ').slice(0, MAX_REASON)
}

/** A crossing that names a value makes the value alone superfluous. */
function tells(other: string, phrase: string): boolean {
  return other !== phrase && ` ${other} `.includes(` ${phrase} `)
}

function describe(rule: Condition, readings: Readings): string[] {
  switch (rule.is) {
    case 'not':
      return describe(rule.of, readings)
    case 'logic':
      return [...describe(rule.left, readings), ...describe(rule.right, readings)]
    case 'cross':
      if (holds(rule, readings))
        return [
          `${reading(rule.left, readings)} ${SAID[rule.operator]} ${reading(rule.right, readings)}`,
        ]
      return readingsOf(rule, readings)
    case 'compare':
      return readingsOf(rule, readings)
  }
}

function readingsOf(rule: Condition, readings: Readings): string[] {
  return seriesIn(rule).map((name) => reading({ is: 'series', name }, readings))
}

function reading(tree: Numeric, { now }: Readings): string {
  return tree.is === 'number' ? print(tree) : `${print(tree)} ${figure(evaluate(tree, now))}`
}

function figure(value: number | null): string {
  if (value === null) return 'unknown'
  return Math.abs(value) >= 1 || value === 0 ? value.toFixed(2) : value.toPrecision(4)
}
