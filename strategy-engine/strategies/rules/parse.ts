// From a rule's text to its tree: recursive descent, one function a level of binding, loosest first.

import { condition, constant, numeric, withHistory } from './check.ts'
import { Cursor, Unreadable } from './cursor.ts'
import { elsewhere } from './elsewhere.ts'
import { durationOf, literal, MAX_SECONDS, type Parsed, type Scope } from './scope.ts'
import { MAX_RULE_LENGTH, type RuleProblem, type Token, tokenize } from './tokens.ts'
import {
  type ArithmeticOperator,
  COMPARISONS,
  type Condition,
  JOINING,
  MAX_AGO,
  type Numeric,
} from './tree.ts'
import { clash, common, named, product, quotient, short } from './units.ts'
import { callOrName } from './words.ts'

const MAX_CHOICES = 20

export type ParsedRule =
  | { readonly ok: true; readonly parsed: Parsed }
  | { readonly ok: false; readonly problems: readonly RuleProblem[] }

/** Everything that is wrong with it at once, but for what cannot be read: that ends the reading. */
export function parseExpression(text: string, scope: Scope): ParsedRule {
  const read = parse(text, scope)
  return read.ok ? read : { ok: false, problems: read.problems.toSorted((a, b) => a.at - b.at) }
}

function parse(text: string, scope: Scope): ParsedRule {
  if (text.length > MAX_RULE_LENGTH) {
    const message = `a rule has at most ${MAX_RULE_LENGTH} characters`
    return { ok: false, problems: [{ at: MAX_RULE_LENGTH, message }] }
  }
  const cursor = new Cursor(text, tokenize(text), scope)
  try {
    const parsed = expression(cursor)
    const { problems } = cursor
    if (cursor.peek().type !== 'end') rest(cursor)
    return problems.length === 0 ? { ok: true, parsed } : { ok: false, problems }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    return { ok: false, problems: cursor.problems }
  }
}

function rest(cursor: Cursor): never {
  const { text, type, at } = cursor.peek()
  if (text === '%') cursor.fail(at, '"%" stands once, after a written number: "5 %"')
  const before = cursor.peek(-1)
  if (before.type === 'number' && type === 'word') return cursor.unexpected('"and", "or" or "*"')
  return cursor.unexpected('the end, "and" or "or"')
}

function expression(cursor: Cursor): Parsed {
  return logic(cursor, 'or', () => logic(cursor, 'and', () => negation(cursor)))
}

function logic(cursor: Cursor, operator: 'and' | 'or', operand: () => Parsed): Parsed {
  let left = operand()
  while (cursor.take(operator)) {
    const right = operand()
    const [a, b] = [condition(cursor, left), condition(cursor, right)]
    const tree: Condition = { is: 'logic', operator, left: a, right: b }
    left = cursor.make(tree, 'condition', left.from, [left, right])
  }
  return left
}

function negation(cursor: Cursor): Parsed {
  const { at } = cursor.peek()
  if (!cursor.take('not')) return comparison(cursor)
  const of = cursor.deeper(() => negation(cursor))
  return cursor.make({ is: 'not', of: condition(cursor, of) }, 'condition', at, [of])
}

function comparison(cursor: Cursor): Parsed {
  const left = sum(cursor)
  const operator = cursor.takeOne(...COMPARISONS)
  if (operator === null) return left
  const right = sum(cursor)
  const [a, b] = [numeric(cursor, left), numeric(cursor, right)]
  together(cursor, left, right)
  const next = cursor.peek()
  if (COMPARISONS.some((text) => text === next.text))
    cursor.fail(next.at, 'comparisons do not chain: write "a < b and b < c"')
  const tree: Condition = { is: 'compare', operator, left: a, right: b }
  return cursor.make(tree, 'condition', left.from, [left, right])
}

/** Two that are added or compared. */
function together(cursor: Cursor, left: Parsed, right: Parsed): Parsed['unit'] {
  if (left.unit === 'condition' || right.unit === 'condition') return 'unknown'
  const unit = common(left.unit, right.unit)
  if (unit !== null) return unit
  const sides = [left, right].map((side) => [side.unit, cursor.written(side)] as const)
  const [a, b] = sides as [(typeof sides)[number], (typeof sides)[number]]
  cursor.problem(left.from, clash(a, b))
  return 'unknown'
}

function sum(cursor: Cursor): Parsed {
  return arithmetic(cursor, ['+', '-'], () =>
    arithmetic(cursor, ['*', '/'], () => negative(cursor)),
  )
}

function arithmetic(
  cursor: Cursor,
  operators: readonly ArithmeticOperator[],
  operand: () => Parsed,
): Parsed {
  let left = operand()
  for (;;) {
    const operator = cursor.takeOne(...operators)
    if (operator === null) return left
    left = combined(cursor, operator, left, operand())
  }
}

function combined(
  cursor: Cursor,
  operator: ArithmeticOperator,
  left: Parsed,
  right: Parsed,
): Parsed {
  const [a, b] = [numeric(cursor, left), numeric(cursor, right)]
  const parts = [left, right]
  if (left.unit === 'condition' || right.unit === 'condition') return cursor.unknown(left.from)
  const tree: Numeric = { is: 'arithmetic', operator, left: a, right: b }
  if (operator === '+' || operator === '-')
    return cursor.make(tree, together(cursor, left, right), left.from, parts)
  if (operator === '/') {
    const unit = quotient(left.unit, right.unit)
    if (unit === null) return cursor.refused(left.from, noSuch('divided by', left, right))
    return cursor.make(tree, unit, left.from, parts)
  }
  const result = product(left.unit, right.unit)
  if (result === null) return cursor.refused(left.from, noSuch('multiplied by', left, right))
  if (result.share === undefined) return cursor.make(tree, result.unit, left.from, parts)
  const share: Numeric =
    result.share === 'left'
      ? { is: 'share', of: b, percent: a }
      : { is: 'share', of: a, percent: b }
  return cursor.make(share, result.unit, left.from, parts)
}

function noSuch(how: string, left: Parsed, right: Parsed): string {
  return `${named(left.unit)} cannot be ${how} ${named(right.unit)}`
}

function negative(cursor: Cursor): Parsed {
  const { at } = cursor.peek()
  if (!cursor.take('-')) return earlier(cursor)
  const of = cursor.deeper(() => negative(cursor))
  return cursor.make({ is: 'negative', of: numeric(cursor, of) }, of.unit, at, [of])
}

/** `x[3]`, `x @ 1h`, and `2 of (a, b, c)`, which begins with a value too. */
function earlier(cursor: Cursor): Parsed {
  let part = primary(cursor)
  if (cursor.peek().text === 'of') return some(cursor, part)
  while (cursor.take('[')) part = ago(cursor, part)
  if (cursor.peek().text !== '@') return part
  const there = elsewhere(cursor, part)
  const { text, at } = cursor.peek()
  if (text === '[')
    cursor.fail(
      at,
      'write "x[1] @ 1h" for candles of the other timeframe, "(x @ 1h)[1]" for its own',
    )
  return there
}

function ago(cursor: Cursor, of: Parsed): Parsed {
  const index = cursor.deeper(() => expression(cursor))
  cursor.expect(']')
  if (index.trade) return past(cursor, of, index)
  const bounds = { whole: true, least: 1, most: MAX_AGO }
  const candles = constant(cursor, index, bounds, 'the number of candles before')
  withHistory(cursor, of, '[n]')
  if (of.unit === 'condition')
    return cursor.make({ is: 'ago', of: condition(cursor, of), candles }, of.unit, of.from, [of])
  const tree: Numeric = { is: 'ago', of: numeric(cursor, of), candles }
  return cursor.make(tree, of.unit === 'literal' ? 'mixed' : of.unit, of.from, [of])
}

/** As many candles before as the position says: `open[candles since entry - 10]` is of the tenth candle after the entry's. */
function past(cursor: Cursor, of: Parsed, index: Parsed): Parsed {
  withHistory(cursor, of, '[n]')
  if (index.unit !== 'number' && index.unit !== 'unknown')
    cursor.problem(
      index.from,
      `the number of candles before is "candles since entry", less a number, got "${short(cursor.written(index))}"`,
    )
  const candles = numeric(cursor, index)
  if (of.unit === 'condition') {
    const was: Condition = { is: 'past', of: condition(cursor, of), candles }
    return cursor.make(was, of.unit, of.from, [of, index])
  }
  const tree: Numeric = { is: 'past', of: numeric(cursor, of), candles }
  return cursor.make(tree, of.unit === 'literal' ? 'mixed' : of.unit, of.from, [of, index])
}

function some(cursor: Cursor, number: Parsed): Parsed {
  cursor.skip()
  const choices = list(cursor)
  const of = choices.map((choice) => condition(cursor, choice))
  if (of.length < 2 || of.length > MAX_CHOICES)
    return cursor.refused(
      number.from,
      `"of" takes 2 to ${MAX_CHOICES} conditions, got ${of.length}`,
    )
  const bounds = { whole: true, least: 1, most: of.length }
  const count = constant(cursor, number, bounds, 'how many of them')
  return cursor.make({ is: 'some', count, of }, 'condition', number.from, [...choices, number])
}

function primary(cursor: Cursor): Parsed {
  const token = cursor.peek()
  switch (token.type) {
    case 'number':
      return amount(cursor, cursor.skip())
    case 'quantity':
      return duration(cursor, cursor.skip())
    case 'word':
      if (token.text === 'of' || JOINING.some((word) => word === token.text)) break
      return callOrName(cursor, () => list(cursor))
    default:
      if (!cursor.take('(')) break
      return parenthesis(cursor, token)
  }
  return cursor.unexpected('a value such as "close" or "5"')
}

function parenthesis(cursor: Cursor, { at }: Token): Parsed {
  const inner = cursor.deeper(() => expression(cursor))
  cursor.expect(')')
  return cursor.make(inner.tree, inner.unit, at, [{ ...inner, size: inner.size - 1 }])
}

function amount(cursor: Cursor, { text, at }: Token): Parsed {
  if (cursor.take('%')) return cursor.make(literal(Number(text), 'percent'), 'percent', at)
  const number = cursor.make(literal(Number(text), 'number'), 'literal', at)
  const next = cursor.peek()
  const isFactor = cursor.scope.distance && next.type === 'word' && next.text !== 'of'
  if (!isFactor || JOINING.some((word) => word === next.text)) return number
  return combined(cursor, '*', number, earlier(cursor))
}

function duration(cursor: Cursor, { text, at }: Token): Parsed {
  const seconds = durationOf(text)
  if (seconds !== null) return cursor.make(literal(seconds, 'duration'), 'duration', at)
  const hint = `a number is digits with at most one point, and a time a whole number of s, m, h or d, such as "90m", at most ${MAX_SECONDS / 86_400}d`
  return cursor.refused(at, `cannot read "${text.slice(0, 30)}": ${hint}`)
}

/** In parentheses, with commas between. */
function list(cursor: Cursor): readonly Parsed[] {
  cursor.expect('(')
  const items: Parsed[] = []
  if (cursor.take(')')) return items
  do items.push(cursor.deeper(() => expression(cursor)))
  while (cursor.take(','))
  if (!cursor.take(')')) cursor.unexpected('"," or ")"')
  return items
}
