// The words of a rule: prices, indicators, functions, what the position knows, and names of the file itself.
import { PRICE_NAMES } from '../../indicators/kernel.ts'
import { INDICATORS } from '../../indicators/table.ts'
import { condition, numeric, withHistory } from './check.ts'
import type { Cursor } from './cursor.ts'
import { functionCall } from './functions.ts'
import { indicatorCall } from './indicator-call.ts'
import type { Meaning, Parsed } from './scope.ts'
import { suggestion } from './suggest.ts'
import type { Token } from './tokens.ts'
import {
  CROSSINGS,
  type Crossing,
  FUNCTIONS,
  type Numeric,
  TIME_WORDS,
  TRADE_WORDS,
  type TradeWord,
} from './tree.ts'
import { clash, common, short, type Unit } from './units.ts'

/** Averages of a candle's prices. */
export const DERIVED = ['hl2', 'hlc3', 'ohlc4'] as const

const CALLABLE = [...Object.keys(INDICATORS), ...FUNCTIONS, ...CROSSINGS, 'if', 'valuewhen']
const PLAIN = [...PRICE_NAMES, ...DERIVED, 'entry', 'profit', 'age', ...TIME_WORDS]
/** Every word that a file cannot use as a name of its own. */
export const WORDS: readonly string[] = [
  ...CALLABLE,
  ...PLAIN,
  'and',
  'or',
  'not',
  'of',
  'since',
  'first',
  'candles',
]

/** What other languages call it. */
const FOREIGN: Readonly<Record<string, string>> = {
  price: 'close',
  last: 'close',
  typical: 'hlc3',
  bb: 'bollinger',
  bbands: 'bollinger',
  average: 'sma',
  std: 'stdev',
  stddev: 'stdev',
  crossed_above: 'crossover',
  cross_above: 'crossover',
  crosses_above: 'crossover',
  cross: 'crossover',
  crossed_below: 'crossunder',
  cross_below: 'crossunder',
  crosses_below: 'crossunder',
  dayofweek: 'weekday',
  iff: 'if',
  where: 'if',
  current_profit: 'profit',
  psar: 'sar',
  williams_r: 'willr',
  williamsr: 'willr',
  heikinashi: 'heikin_ashi',
  value_when: 'valuewhen',
  engulfing: 'bullish_engulfing',
  harami: 'bullish_harami',
}

const UNIT_OF: Readonly<Record<TradeWord, Unit>> = {
  entry: 'price',
  'first entry': 'price',
  profit: 'percent',
  age: 'duration',
  'highest since entry': 'price',
  'lowest since entry': 'price',
  'candles since entry': 'number',
}

/** The next token is a word. */
export function callOrName(cursor: Cursor, list: () => readonly Parsed[]): Parsed {
  const said = tradeWord(cursor)
  if (said !== null) return said
  const word = cursor.skip()
  const name = word.text
  const price = PRICE_NAMES.find((known) => known === name)
  if (price !== undefined) {
    const unit = price === 'volume' ? 'volume' : 'price'
    return cursor.make({ is: 'price', name: price }, unit, word.at)
  }
  const derived = DERIVED.find((known) => known === name)
  if (derived !== undefined) return average(cursor, word, DERIVED_OF[derived])
  const time = TIME_WORDS.find((known) => known === name)
  if (time !== undefined) return cursor.make({ is: 'time', name: time }, 'number', word.at)
  if (Object.hasOwn(INDICATORS, name)) return indicatorCall(cursor, word, list)
  const called = FUNCTIONS.find((known) => known === name)
  if (called !== undefined) return functionCall(cursor, word, called, list)
  const crossing = CROSSINGS.find((known) => known === name)
  if (crossing !== undefined) return cross(cursor, word, crossing, list)
  if (name === 'if') return choice(cursor, word, list)
  if (name === 'valuewhen') return valueWhen(cursor, word, list)
  return ownName(cursor, word, list)
}

const TRADE_SAID = TRADE_WORDS.map((name) => ({ name, words: name.split(' ') }))

/** `profit`, or several words: `highest since entry`. */
function tradeWord(cursor: Cursor): Parsed | null {
  const { at } = cursor.peek()
  const said = TRADE_SAID.find(({ words }) =>
    words.every((word, ahead) => cursor.peek(ahead).text === word),
  )
  if (said === undefined) return null
  const { name } = said
  for (const _ of said.words) cursor.skip()
  const part = cursor.make({ is: 'trade', name }, UNIT_OF[name], at)
  return known(cursor, { ...part, trade: true }, name, at)
}

/** What is known of a position is known while there is one. */
function known(cursor: Cursor, part: Parsed, name: string, at: number): Parsed {
  if (part.trade && !cursor.scope.trade)
    cursor.problem(
      at,
      `"${name}" is of the position: only "exit", "add" and "move_stop" may look at it`,
    )
  return part
}

const DERIVED_OF = {
  hl2: ['high', 'low'],
  hlc3: ['high', 'low', 'close'],
  ohlc4: ['open', 'high', 'low', 'close'],
} as const

function average(
  cursor: Cursor,
  { at }: Token,
  names: readonly (typeof PRICE_NAMES)[number][],
): Parsed {
  const prices = names.map((name): Numeric => ({ is: 'price', name }))
  const sum = prices.reduce((left, right) => ({ is: 'arithmetic', operator: '+', left, right }))
  const right: Numeric = {
    is: 'number',
    value: names.length,
    unit: 'number',
    text: `${names.length}`,
  }
  return cursor.make({ is: 'arithmetic', operator: '/', left: sum, right }, 'price', at)
}

function cross(
  cursor: Cursor,
  { at }: Token,
  operator: Crossing,
  list: () => readonly Parsed[],
): Parsed {
  const sides = list()
  const [left, right] = sides
  if (left === undefined || right === undefined || sides.length !== 2)
    return cursor.refused(at, `${operator} takes two values: ${operator}(a, b)`)
  for (const side of sides) withHistory(cursor, side, 'crossing')
  const [a, b] = [numeric(cursor, left), numeric(cursor, right)]
  const isWrong = [left, right].some(({ unit }) => unit === 'condition')
  if (!isWrong && common(left.unit, right.unit) === null)
    cursor.problem(
      left.from,
      clash([left.unit, cursor.written(left)], [right.unit, cursor.written(right)]),
    )
  return cursor.make({ is: 'cross', operator, left: a, right: b }, 'condition', at, sides)
}

function choice(cursor: Cursor, { at }: Token, list: () => readonly Parsed[]): Parsed {
  const parts = list()
  const [when, yes, no] = parts
  if (when === undefined || yes === undefined || no === undefined || parts.length !== 3)
    return cursor.refused(at, 'if takes a condition and two values: if(condition, a, b)')
  const tree: Numeric = {
    is: 'if',
    when: condition(cursor, when),
    yes: numeric(cursor, yes),
    no: numeric(cursor, no),
  }
  if (yes.unit === 'condition' || no.unit === 'condition') return cursor.unknown(at)
  const unit = common(yes.unit, no.unit)
  if (unit === null)
    return cursor.refused(
      yes.from,
      clash([yes.unit, cursor.written(yes)], [no.unit, cursor.written(no)]),
    )
  // Two written numbers make a series, not a number that is known while reading.
  return cursor.make(tree, unit === 'literal' ? 'mixed' : unit, at, parts)
}

function valueWhen(cursor: Cursor, { at }: Token, list: () => readonly Parsed[]): Parsed {
  const parts = list()
  const [when, of] = parts
  if (when === undefined || of === undefined || parts.length !== 2)
    return cursor.refused(
      at,
      'valuewhen takes a condition and a value: valuewhen(condition, close)',
    )
  for (const part of parts) withHistory(cursor, part, 'valuewhen')
  const tree: Numeric = { is: 'when', when: condition(cursor, when), of: numeric(cursor, of) }
  if (of.unit === 'condition') return cursor.unknown(at)
  return cursor.make(tree, of.unit === 'literal' ? 'mixed' : of.unit, at, parts)
}

/** A name of `params` or `let`, or none at all. */
function ownName(cursor: Cursor, word: Token, list: () => readonly Parsed[]): Parsed {
  const { text: name, at } = word
  const { names, later } = cursor.scope
  const meaning: Meaning | null | undefined = names.get(name)
  if (meaning === null) return cursor.unknown(at)
  if (meaning !== undefined) {
    const part = cursor.make(meaning.tree, meaning.unit, at, [
      { ...meaning, size: meaning.size - 1 },
    ])
    return known(cursor, part, name, at)
  }
  const part = cursor.peek().text === '.' ? cursor.peek(1).text.toLowerCase() : ''
  if (CALLABLE.includes(part)) {
    cursor.problem(at, `unknown name "${short(name)}": write "${part}" alone`)
    for (let ahead = 0; ahead < 2; ahead++) cursor.skip()
    if (cursor.peek().text === '(') list()
    return cursor.unknown(at)
  }
  const isCall = cursor.peek().text === '('
  if (later.has(name))
    return cursor.refused(at, `"${name}" is defined further down: put its line above this one`)
  const candidates = isCall ? CALLABLE : [...PLAIN, ...names.keys(), ...CALLABLE]
  const foreign = Object.hasOwn(FOREIGN, name) ? FOREIGN[name] : undefined
  const hint =
    foreign === undefined ? suggestion(name, candidates) : `: here it is called "${foreign}"`
  cursor.problem(at, `unknown name "${short(name)}"${hint}`)
  if (isCall) list()
  if (cursor.take('.')) cursor.skip()
  return cursor.unknown(at)
}
