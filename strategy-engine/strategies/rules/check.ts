// What a part of a rule must be where it stands.
import type { Cursor } from './cursor.ts'
import { plain } from './print.ts'
import { constantOf, type Parsed } from './scope.ts'
import { type Condition, isCondition, type Numeric, type Tree } from './tree.ts'
import { short } from './units.ts'

/** In place of what was refused: no tree with a problem is ever run. */
const NEVER: Condition = {
  is: 'not',
  of: { is: 'pattern', name: '?', parameters: [], input: null, output: 0 },
}
const NOTHING: Numeric = { is: 'number', value: Number.NaN, unit: 'number', text: '?' }

export function condition(cursor: Cursor, part: Parsed): Condition {
  if (part.unit === 'condition' && isCondition(part.tree)) return part.tree
  if (part.unit !== 'unknown')
    cursor.problem(
      part.from,
      `expected a condition such as "close > 100", and "${short(cursor.written(part))}" is a value`,
    )
  return NEVER
}

export function numeric(cursor: Cursor, part: Parsed): Numeric {
  if (part.unit === 'condition') {
    const said = short(cursor.written(part))
    cursor.problem(part.from, `expected a value such as "close", and "${said}" is a condition`)
    return NOTHING
  }
  return isNumber(part.tree) ? part.tree : NOTHING
}

function isNumber(tree: Tree): tree is Numeric {
  return !isCondition(tree)
}

/** What the position knows has a value now, and no history: false, with its problem noted. */
export function withHistory(cursor: Cursor, part: Parsed, what: string): boolean {
  if (part.trade)
    cursor.problem(
      part.from,
      `"${short(cursor.written(part))}" is of the position, which has no earlier candles: it takes no ${what}`,
    )
  return !part.trade
}

/** A number that is known while reading; NaN, with its problem noted, where it is none in the bounds. */
export function constant(
  cursor: Cursor,
  part: Parsed,
  { whole, least, most }: { whole: boolean; least: number; most: number },
  what: string,
): number {
  if (part.unit === 'unknown') return Number.NaN
  const value = part.unit === 'literal' ? constantOf(part.tree) : null
  const isRight =
    value !== null && (!whole || Number.isInteger(value)) && value >= least && value <= most
  if (isRight) return value
  const kind = whole ? 'a whole number' : 'a number'
  const bounds = `from ${thousands(least)} to ${thousands(most)}`
  const got = short(cursor.written(part))
  const being = value === null || /^-?[\d.]+$/.test(got) ? '' : `, which is ${plain(value)}`
  cursor.problem(part.from, `${what} is ${kind} ${bounds}, got "${got}"${being}`)
  return Number.NaN
}

export function thousands(value: number): string {
  return Math.abs(value) >= 1_000 ? value.toLocaleString('en') : String(value)
}
