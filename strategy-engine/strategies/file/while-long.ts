// What a file says to do while long: safety orders, and where the stop moves to.
import Big from 'big.js'
import type { Scope } from '../rules/scope.ts'
import type { Amounts } from './amounts.ts'
import type { Path, Report } from './report.ts'
import { readPrice, readRules } from './rules.ts'
import type { Written } from './shape.ts'
import type { Addition, Exits, Size, StopMove } from './strategy.ts'

interface Place {
  readonly report: Report
  readonly scope: Scope
  readonly amounts: Amounts
  /** Null where it is wrong. */
  readonly market: string | null
}

/** Those that are right; the report has what is wrong with the others. */
export function readMoves(
  { report, scope }: Pick<Place, 'report' | 'scope'>,
  written: Written['move_stop'] = [],
): readonly StopMove[] {
  const held = { ...scope, trade: true }
  return written.flatMap(({ to: text, when }, i): StopMove[] => {
    const path: Path = ['move_stop', i]
    const to = readPrice(report, held, [...path, 'to'], text)
    const condition = readRules(report, held, [...path, 'when'], when)[0]?.condition ?? null
    const isWhole = when === undefined || condition !== null
    return to !== null && isWhole ? [{ condition, to }] : []
  })
}

/** Bounded by the allocation, like the entry. */
export function readAdds(
  { report, scope, amounts, market }: Place,
  written: Written['add'] = [],
  first: Size | null,
  { takeProfit = [], breakEven }: Exits,
): readonly Addition[] {
  if (written.length > 0 && first?.unit === 'risk')
    report.addKey(['add'], 'with safety orders write "size" in place of "risk"')
  const gains = [...takeProfit.map(({ at }) => at), breakEven]
  if (written.length > 0 && gains.some((gain) => typeof gain === 'object'))
    report.addKey(
      ['add'],
      'with safety orders write take-profits and break_even in percent: each order moves the price that they are of',
    )
  const held = { ...scope, trade: true }
  const adds = written.flatMap(({ when, size: text }, i): Addition[] => {
    const path: Path = ['add', i]
    const [rule] = readRules(report, held, [...path, 'when'], when)
    const size = amounts.size([...path, 'size'], text, market)
    if (rule === undefined || size === null) return []
    if (first !== null && first.unit !== 'risk' && size.unit !== first.unit)
      report.add([...path, 'size'], 'a safety order has the unit of "size"')
    return [{ condition: rule.condition, size }]
  })
  const sum = [first, ...adds.map(({ size }) => size)]
    .filter((size) => size?.unit === 'percent')
    .reduce((total, size) => total.plus(size?.value ?? 0), new Big(0))
  if (sum.gt(100))
    report.addKey(['add'], `size and safety orders are ${sum} % of the allocation: at most 100 %`)
  return adds
}
