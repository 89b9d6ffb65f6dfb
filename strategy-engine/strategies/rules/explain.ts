// Why a rule holds, in one ASCII line for a person: the values that it looked at.
import { figure } from './figure.ts'
import { print } from './print.ts'
import { type Condition, childrenOf, isCondition, type Numeric, type Tree } from './tree.ts'

export const MAX_REASON = 200
/** A longer text of a value is told by its parts. */
const MAX_TEXT = 60
const MAX_PHRASES = 12

/** What a part of the rule is at its candle: a number, 1 or 0 for a condition; NaN where it is unknown. */
export type ValueOf = (part: Tree) => number

const SAID = { crossover: 'crossed over', crossunder: 'crossed under' } as const

export function explain(
  { name, condition }: { readonly name: string | null; readonly condition: Condition },
  value: ValueOf,
): string {
  const phrases = [...new Set(describe(condition, value))]
  const told = phrases.filter((phrase) => !phrases.some((other) => tells(other, phrase)))
  const reason = told.slice(0, MAX_PHRASES).join(', ')
  return (name === null ? reason : `${name}: ${reason}`).slice(0, MAX_REASON)
}

/** As `explain`, of the stop's places whose conditions hold, and of what they are made of. */
export function explainMove(
  moves: readonly { readonly condition: Condition | null; readonly to: Numeric }[],
  value: ValueOf,
): string {
  const phrases = moves
    .filter(({ condition }) => condition === null || value(condition) === 1)
    .flatMap(({ condition, to }) => [
      ...(condition === null ? [] : describe(condition, value)),
      ...readings(to, value),
    ])
  const told = [...new Set(phrases)].slice(0, MAX_PHRASES).join(', ')
  return `the stop moves up${told === '' ? '' : `: ${told}`}`.slice(0, MAX_REASON)
}

/** A value that is named in a crossing is not listed again by itself. */
function tells(other: string, phrase: string): boolean {
  return other !== phrase && ` ${other} `.includes(` ${phrase} `)
}

/** Of what is joined by "or" and "of", the parts that hold. */
function describe(rule: Condition, value: ValueOf): string[] {
  switch (rule.is) {
    case 'logic':
      return among(rule.operator === 'or', [rule.left, rule.right], value)
    case 'some':
      return among(true, rule.of, value)
    case 'not':
      return describe(rule.of, value)
    case 'cross':
      return value(rule) === 1
        ? [`${reading(rule.left, value)} ${SAID[rule.operator]} ${reading(rule.right, value)}`]
        : readings(rule, value)
    case 'compare':
      return readings(rule, value)
    case 'pattern':
    case 'ago':
    case 'past':
    case 'elsewhere':
      return [holding(rule, value)]
  }
}

function among(onlyTrue: boolean, parts: readonly Condition[], value: ValueOf): string[] {
  const chosen = onlyTrue ? parts.filter((part) => value(part) === 1) : parts
  return (chosen.length === 0 ? parts : chosen).flatMap((part) => describe(part, value))
}

/** A condition by its own text. */
function holding(rule: Condition, value: ValueOf): string {
  return value(rule) === 1 ? print(rule) : `no ${print(rule)}`
}

/** Of another candle or market: what it is made of has no value, or another one, at this candle. */
const OF_ANOTHER = ['ago', 'past', 'when', 'elsewhere']

/** The values in it that are not written numbers. */
function readings(tree: Tree, value: ValueOf): string[] {
  if (tree.is === 'number') return []
  if (OF_ANOTHER.includes(tree.is))
    return [isCondition(tree) ? holding(tree, value) : reading(tree, value)]
  const isJoined = ['arithmetic', 'share', 'negative', 'compare', 'cross'].includes(tree.is)
  if (!isJoined && !isCondition(tree) && print(tree).length <= MAX_TEXT)
    return [reading(tree, value)]
  return childrenOf(tree).flatMap((child) => readings(child, value))
}

function reading(tree: Numeric, value: ValueOf): string {
  const text = print(tree)
  if (tree.is === 'number') return text
  const isLong = text.length > MAX_TEXT
  const shown = isLong && !OF_ANOTHER.includes(tree.is) ? '' : `${cut(text)} `
  return `${shown}${said(value(tree), tree)}`
}

function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 3)}...`
}

function said(value: number, tree: Numeric): string {
  if (!Number.isFinite(value)) return 'unknown'
  if (tree.is === 'trade' && tree.name === 'age') return `${time(value)}`
  const text = figure(value)
  return tree.is === 'trade' && tree.name === 'profit' ? `${text} %` : text
}

/** The two largest units that it has. */
function time(seconds: number): string {
  const parts = (
    [
      ['d', 86_400],
      ['h', 3_600],
      ['m', 60],
      ['s', 1],
    ] as const
  )
    .map(([unit, length], i, all) => {
      const above = all[i - 1]?.[1] ?? Number.POSITIVE_INFINITY
      return [Math.floor((seconds % above) / length), unit] as const
    })
    .filter(([count]) => count > 0)
  return parts.length === 0
    ? '0s'
    : parts
        .slice(0, 2)
        .map((part) => part.join(''))
        .join(' ')
}
