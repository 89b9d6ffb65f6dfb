// `params` and `let`: what a file gives a name to.
import { parseExpression } from '../rules/parse.ts'
import { constantOf, literal, type Meaning, type Scope } from '../rules/scope.ts'
import { named, short, type Unit } from '../rules/units.ts'
import { WORDS } from '../rules/words.ts'
import type { Path, Report } from './report.ts'
import type { Param } from './strategy.ts'

type Names = Map<string, Meaning | null>
type Texts = Readonly<Record<string, string>>
type Params = Readonly<Record<string, number>>

export interface Defined {
  readonly names: ReadonlyMap<string, Meaning | null>
  readonly params: Readonly<Record<string, Param>>
}

/** Null where one is wrong, which the report has. */
export function readParams(report: Report, written: Texts = {}): ReadonlyMap<string, Param | null> {
  const params = new Map<string, Param | null>()
  for (const [name, text] of Object.entries(written)) {
    const param = readParam(report, ['params', name], text)
    if (define(report, ['params', name], params, name)) params.set(name, param)
  }
  return params
}

/** `given` are values in place of the file's. */
export function readNames(
  report: Report,
  scope: Pick<Scope, 'timeframe' | 'market'>,
  read: ReadonlyMap<string, Param | null>,
  { written, given }: { readonly written: Texts | undefined; readonly given: Params },
): Defined {
  const names: Names = new Map()
  const params: Record<string, Param> = {}
  for (const [name, param] of read) {
    names.set(name, null)
    if (param === null) continue
    const value = (Object.hasOwn(given, name) ? given[name] : undefined) ?? param.value
    names.set(name, meaningOf({ ...param, value }))
    params[name] = { ...param, value }
  }
  for (const name of Object.keys(given))
    if (!names.has(name)) report.add(['params'], `there is no param "${short(name)}"`)
  readLet(report, scope, written ?? {}, names)
  return { names, params }
}

function readLet(
  report: Report,
  scope: Pick<Scope, 'timeframe' | 'market'>,
  written: Texts,
  names: Names,
): void {
  const later = new Set(Object.keys(written))
  for (const [name, text] of Object.entries(written)) {
    later.delete(name)
    const path = ['let', name]
    // A part of an exit may look at the position: where it may not be used, its use is refused.
    const read = parseExpression(text, { ...scope, names, later, trade: true, distance: false })
    if (!read.ok) report.addAll(path, read.problems)
    if (define(report, path, names, name)) names.set(name, read.ok ? read.parsed : null)
  }
}

/** Whether the name is free. */
function define(
  report: Report,
  path: Path,
  names: ReadonlyMap<string, unknown>,
  name: string,
): boolean {
  if (WORDS.includes(name))
    report.addKey(path, `"${name}" is a word of the language: choose another name`)
  else if (names.has(name)) report.addKey(path, `"${name}" is a param already: choose another name`)
  else return true
  return false
}

function meaningOf({ value, unit }: Param): Meaning {
  const tree = literal(value, unit)
  const size = tree.is === 'negative' ? 2 : 1
  return { tree, unit: unit === 'number' ? 'literal' : unit, trade: false, elsewhere: false, size }
}

const EXAMPLE = 'such as "12", "12 [5..30]" or "2 % [1 %..5 % step 0.5 %]"'

/** `12`, `12 [5..30]`, `12 [5..30 step 5]`. */
function readParam(report: Report, path: Path, text: string): Param | null {
  const open = text.indexOf('[')
  const close = text.lastIndexOf(']')
  const value = constantAt(report, path, text, 0, open < 0 ? text.length : open)
  if (value === null) return null
  if (open < 0) return { value: value.amount, unit: value.unit }
  const range = text.slice(open + 1, close)
  const dots = text.indexOf('..', open)
  if (close < open || text.slice(close + 1).trim() !== '' || dots < 0 || /\[/.test(range))
    return wrong(report, path, `expected a range ${EXAMPLE}`, open)
  const word = text.indexOf('step', dots)
  const from = constantAt(report, path, text, open + 1, dots)
  const to = constantAt(report, path, text, dots + 2, word < 0 ? close : word)
  const step = word < 0 ? undefined : constantAt(report, path, text, word + 4, close)
  if (from === null || to === null || step === null) return null
  const units = [from, to, ...(step === undefined ? [] : [step])].map(({ unit }) => unit)
  if (units.some((unit) => unit !== value.unit))
    return wrong(
      report,
      path,
      'value and range are of one kind: all %, all times, or all numbers',
      open,
    )
  if (from.amount >= to.amount)
    return wrong(report, path, `a range rises: "${short(range)}" does not`, open)
  if (value.amount < from.amount || value.amount > to.amount)
    return wrong(report, path, 'the value is not in its range', 0)
  const isStep = step === undefined || (step.amount > 0 && step.amount <= to.amount - from.amount)
  if (!isStep) return wrong(report, path, 'a step is above zero and fits into the range', word)
  return {
    value: value.amount,
    unit: value.unit,
    from: from.amount,
    to: to.amount,
    ...(step && { step: step.amount }),
  }
}

function constantAt(report: Report, path: Path, whole: string, from: number, to: number) {
  const text = whole.slice(from, to)
  const scope = { timeframe: null, market: null, names: new Map(), later: new Set<string>() }
  const read = parseExpression(text, { ...scope, trade: false, distance: false })
  if (!read.ok) {
    report.addAll(path, read.problems, from)
    return null
  }
  const amount = constantOf(read.parsed.tree)
  const unit = unitOfParam(read.parsed.unit)
  if (amount !== null && Number.isFinite(amount) && unit !== null) return { amount, unit }
  const { unit: got } = read.parsed
  return wrong(report, path, `expected a value ${EXAMPLE}, got ${named(got)}`, from)
}

function unitOfParam(unit: Unit): Param['unit'] | null {
  if (unit === 'literal') return 'number'
  return unit === 'percent' || unit === 'duration' ? unit : null
}

function wrong(report: Report, path: Path, message: string, at: number): null {
  report.add(path, message, at)
  return null
}
