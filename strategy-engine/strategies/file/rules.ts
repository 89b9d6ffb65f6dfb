// One rule, or several with names.
import { parseExpression } from '../rules/parse.ts'
import { print } from '../rules/print.ts'
import type { Scope } from '../rules/scope.ts'
import { isCondition, type Numeric } from '../rules/tree.ts'
import { named, short } from '../rules/units.ts'
import { partsOf } from './parts.ts'
import type { Path, Report } from './report.ts'
import type { Rule, Strategy } from './strategy.ts'

/** Those that are right; the report has what is wrong with the others. */
export function readRules(
  report: Report,
  scope: Scope,
  place: string | Path,
  written: string | Readonly<Record<string, string>> | undefined,
): readonly Rule[] {
  const path = typeof place === 'string' ? [place] : place
  if (written === undefined) return []
  if (typeof written === 'string') return readRule(report, scope, path, written, null)
  return Object.entries(written).flatMap(([name, text]) =>
    readRule(report, scope, [...path, name], text, name),
  )
}

function readRule(
  report: Report,
  scope: Scope,
  path: Path,
  text: string,
  name: string | null,
): readonly Rule[] {
  const read = parseExpression(text, scope)
  if (!read.ok) {
    report.addAll(path, read.problems)
    return []
  }
  const { tree, unit } = read.parsed
  if (isCondition(tree)) return [{ name, condition: tree }]
  if (unit !== 'unknown')
    report.add(
      path,
      `expected a condition such as "close > 100", and "${short(text)}" is a value`,
      0,
    )
  return []
}

/** A price; null where it is none, which the report has. */
export function readPrice(report: Report, scope: Scope, path: Path, text: string): Numeric | null {
  const read = parseExpression(text, scope)
  if (!read.ok) {
    report.addAll(path, read.problems)
    return null
  }
  const { tree, unit } = read.parsed
  if (!isCondition(tree) && unit === 'price') return tree
  if (unit !== 'unknown')
    report.add(
      path,
      `expected a price such as "highest since entry * 98 %", and "${short(text)}" is ${isCondition(tree) ? 'a condition' : unit === 'literal' ? 'a number' : named(unit)}`,
      0,
    )
  return null
}

/** How many different indicators it looks at. */
export function seriesCount(strategy: Strategy): number {
  const seen = new Set<string>()
  for (const part of partsOf(strategy))
    if (part.is === 'indicator' || part.is === 'pattern') seen.add(print(part))
  return seen.size
}
