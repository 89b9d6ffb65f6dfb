// Functions of numbers: abs, min, max and their like.
import { numeric } from './check.ts'
import type { Cursor } from './cursor.ts'
import type { Parsed } from './scope.ts'
import type { Token } from './tokens.ts'
import type { FunctionName } from './tree.ts'
import { clash, common, named, type Unit } from './units.ts'

const MAX_VALUES = 10
const ONE = { least: 1, most: 1 }
const SEVERAL = { least: 2, most: MAX_VALUES }

/** What comes out of one value; null where it does not take such a value. */
type Outcome = (unit: Unit) => Unit | null

const same: Outcome = (unit) => unit
/** A plain number stays one; of prices and volumes nothing with a name comes out. */
const number =
  (ofOthers: Unit): Outcome =>
  (unit) => {
    if (unit === 'literal' || unit === 'number' || unit === 'unknown') return unit
    return unit === 'percent' || unit === 'duration' ? null : ofOthers
  }

const FORMS: Readonly<Record<FunctionName, { least: number; most: number; outcome: Outcome }>> = {
  abs: { ...ONE, outcome: same },
  min: { ...SEVERAL, outcome: same },
  max: { ...SEVERAL, outcome: same },
  round: { ...ONE, outcome: same },
  floor: { ...ONE, outcome: same },
  ceil: { ...ONE, outcome: same },
  sign: { ...ONE, outcome: (unit) => (unit === 'unknown' ? unit : 'number') },
  sqrt: { ...ONE, outcome: number('mixed') },
  log: { ...ONE, outcome: number('number') },
  exp: { ...ONE, outcome: (unit) => (unit === 'number' ? 'mixed' : number('mixed')(unit)) },
  pow: { least: 2, most: 2, outcome: number('mixed') },
}

export function functionCall(
  cursor: Cursor,
  { at }: Token,
  name: FunctionName,
  list: () => readonly Parsed[],
): Parsed {
  const parts = list()
  const { least, most, outcome } = FORMS[name]
  if (parts.length < least || parts.length > most) {
    const count =
      least === most ? `${least === 1 ? 'one value' : 'two values'}` : `${least} to ${most} values`
    return cursor.refused(at, `${name} takes ${count}, got ${parts.length}`)
  }
  const of = parts.map((part) => numeric(cursor, part))
  if (parts.some(({ unit }) => unit === 'condition')) return cursor.unknown(at)
  const [first, ...others] = parts as [Parsed, ...Parsed[]]
  let unit = first.unit
  for (const other of name === 'pow' ? [] : others) {
    const both = common(unit, other.unit)
    if (both === null)
      return cursor.refused(
        first.from,
        clash([unit, cursor.written(first)], [other.unit, cursor.written(other)]),
      )
    unit = both
  }
  const result = outcome(unit)
  const exponent = name === 'pow' ? others[0] : undefined
  if (exponent !== undefined && !['literal', 'number', 'mixed', 'unknown'].includes(exponent.unit))
    return cursor.refused(exponent.from, `pow(x, n) takes a number n, got ${named(exponent.unit)}`)
  if (result === null) return cursor.refused(first.from, `${name} does not take ${named(unit)}`)
  // Only what arithmetic makes of written numbers is known while reading.
  return cursor.make(
    { is: 'call', function: name, of },
    result === 'literal' ? 'mixed' : result,
    at,
    parts,
  )
}
