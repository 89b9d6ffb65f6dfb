// What a file in TypeScript says beside its code, read as a rule file is read: the same keys, checks and sentences.
import type { OpenedYaml } from '@keyside/runtime'
import { readNames, readParams } from '../file/names.ts'
import { MAX_SERIES, openedReader, type Read } from '../file/read-strategy.ts'
import { problemAt, Report } from '../file/report.ts'
import { seriesCount } from '../file/rules.ts'
import type { Written } from '../file/shape.ts'
import type { Code, Problem, Strategy } from '../file/strategy.ts'
import { parseExpression } from '../rules/parse.ts'
import { isCondition, type Tree } from '../rules/tree.ts'
import { short } from '../rules/units.ts'
import type { Built } from './candle-values.ts'
import type { Read as Asked } from './realm.ts'

type Declared =
  /** One for each market, without its code. */
  | { readonly ok: true; readonly strategies: readonly Strategy[]; readonly written: Written }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** In place of the rules that are code. */
const STANDS_IN = 'close > close'

export function readDeclaration(
  text: string,
  declaration: unknown,
  params: Readonly<Record<string, number>>,
): Declared {
  const data = { ...(asTexts(declaration) as Record<string, unknown>) }
  const opened = openedAs(text, { ...data, enter: STANDS_IN })
  for (const key of ['enter', 'exit'])
    if (Object.hasOwn(data, key)) {
      const message = `${key}: it is a function of what build() gives back`
      return { ok: false, problems: [problemAt(text, opened.placeOfKey([key]), message)] }
    }
  const read: Read = openedReader(text, opened)(params)
  if (!read.ok) return read
  const strategies = read.strategies.map((strategy) => ({ ...strategy, enter: [], exit: [] }))
  return { ok: true, strategies, written: opened.data as Written }
}

/** What `build` is told. */
export function builtFor({ market, timeframe, params, adds }: Strategy, again = false): Built {
  const values = Object.entries(params).map(([name, { value }]) => [name, value] as const)
  return { market, timeframe, params: Object.fromEntries(values), adds: adds.length > 0, again }
}

/** With the code: what it asked for in `build` is read as rules are. */
export function withCode(
  text: string,
  { written, strategy }: { readonly written: Written; readonly strategy: Strategy },
  asked: readonly Asked[],
  codeOf: (reads: readonly Tree[]) => Code,
): { readonly ok: true; readonly strategy: Strategy } | Extract<Declared, { ok: false }> {
  const { timeframe, market, params } = strategy
  const report = new Report(text, openedAs(text, written))
  const given = Object.entries(params).map(([name, { value }]) => [name, value] as const)
  const place = { timeframe, market }
  const { names } = readNames(report, place, readParams(report, written.params), {
    written: written.let,
    given: Object.fromEntries(given),
  })
  const scope = { ...place, names, later: new Set<string>(), trade: false, distance: false }
  const problems: Problem[] = []
  const reads = asked.flatMap((one): readonly Tree[] => {
    const wrong = (message: string, at = 0) =>
      problems.push(problemAt(text, placeOfText(text, one.text, at), `${one.kind}: ${message}`))
    const read = parseExpression(one.text, scope)
    if (!read.ok) for (const { message, at } of read.problems) wrong(message, at)
    else if (one.kind === 'rule' && !isCondition(read.parsed.tree))
      wrong(`expected a condition such as "close > 100", and "${short(one.text)}" is a value`)
    else if (one.kind === 'series' && isCondition(read.parsed.tree))
      wrong(`expected a value, and "${short(one.text)}" is a condition: ask for it with rule()`)
    else return [read.parsed.tree]
    return []
  })
  const whole = { ...strategy, code: codeOf(reads) }
  if (problems.length === 0 && seriesCount(whole) > MAX_SERIES) {
    const message = `a strategy looks at ${MAX_SERIES} different indicators at most`
    problems.push(problemAt(text, { line: 1, column: 1 }, message))
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, strategy: whole }
}

/** A rule file has texts alone: numbers are written as such. */
function asTexts(value: unknown): unknown {
  if (typeof value === 'number') return String(value)
  if (Array.isArray(value)) return value.map(asTexts)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, asTexts(of)]))
}

/** Places are looked for in the text: a strategy may have put its keys together in any way. */
function openedAs(text: string, data: Readonly<Record<string, unknown>>): OpenedYaml {
  const placeOfKey: OpenedYaml['placeOfKey'] = (path) => {
    const key = path.findLast((part) => typeof part === 'string')
    const found =
      key === undefined
        ? null
        : new RegExp(`(?<![\\w$])['"]?${RegExp.escape(key)}['"]?\\s*:`).exec(text)
    return placeAt(text, found?.index ?? 0)
  }
  return {
    ok: true,
    data,
    placeOfKey,
    placeOf: (path, at = 0) => {
      const value = path.reduce<unknown>(
        (of, part) => (of as Record<PropertyKey, unknown> | undefined)?.[part],
        data,
      )
      const from = typeof value === 'string' ? text.indexOf(value) : -1
      return from < 0 || value === '' ? placeOfKey(path) : placeAt(text, from + at)
    },
    lineOf: (path) => placeOfKey(path).line,
  }
}

/** As it is written, or where the name is that it was put together of. */
function placeOfText(text: string, part: string, at: number) {
  const from = text.indexOf(part)
  if (from >= 0) return placeAt(text, from + at)
  const [word = part] = /^\w+/.exec(part) ?? []
  const quoted = new RegExp(`(?<=['"\`])${RegExp.escape(word)}\\b`).exec(text)
  return placeAt(text, quoted?.index ?? 0)
}

function placeAt(text: string, at: number) {
  const before = text.slice(0, at).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}
