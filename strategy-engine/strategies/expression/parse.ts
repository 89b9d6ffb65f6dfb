// From a rule's text to its tree: recursive descent, one function a level of binding, loosest first.
import type { SeriesName } from '../../indicators/indicator-set.ts'
import {
  INDICATORS,
  type IndicatorName,
  isIndicator,
  isPrice,
  MAX_PERIOD,
  PRICES,
} from '../../indicators/series-table.ts'
import { nearest } from './suggest.ts'
import { RuleError, type Token, tokenize } from './tokens.ts'
import {
  type ArithmeticOperator,
  COMPARISONS,
  type Condition,
  CROSSINGS,
  type Crossing,
  isNumeric,
  JOINING,
  type Numeric,
  seriesIn,
  type Tree,
} from './tree.ts'

const MAX_DEPTH = 20
const MAX_SERIES = 20
const NAMES = [...Object.keys(INDICATORS), ...PRICES, ...CROSSINGS, ...JOINING]

/** Throws a RuleError with the column of what is wrong. */
export function parseCondition(text: string): Condition {
  const parser = new Parser(tokenize(text))
  const tree = condition(parser.whole(), 1)
  if (seriesIn(tree).length > MAX_SERIES)
    throw new RuleError(1, `a rule names at most ${MAX_SERIES} series`)
  return tree
}

/** One series alone, such as `atr(14)`. Throws a RuleError. */
export function parseSeries(text: string): SeriesName {
  const tree = new Parser(tokenize(text)).whole()
  if (tree.is !== 'series') throw new RuleError(1, 'expected a series such as atr(14)')
  return tree.name
}

class Parser {
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  whole(): Tree {
    const tree = this.#or()
    const rest = this.#peek()
    if (rest.type !== 'end') throw unexpected(rest, 'the end, "and" or "or"')
    return tree
  }

  #or(): Tree {
    return this.#logic('or', () => this.#logic('and', () => this.#not()))
  }

  #logic(operator: 'and' | 'or', operand: () => Tree): Tree {
    const column = this.#peek().column
    let left = operand()
    while (this.#take(operator)) {
      const rightColumn = this.#peek().column
      const right = condition(operand(), rightColumn)
      left = { is: 'logic', operator, left: condition(left, column), right }
    }
    return left
  }

  #not(): Tree {
    if (!this.#take('not')) return this.#comparison()
    const column = this.#peek().column
    return {
      is: 'not',
      of: condition(
        this.#deeper(() => this.#not()),
        column,
      ),
    }
  }

  #comparison(): Tree {
    const column = this.#peek().column
    const left = this.#sum()
    const operator = this.#takeOne(...COMPARISONS)
    if (operator === null) return left
    const rightColumn = this.#peek().column
    const right = numeric(this.#sum(), rightColumn)
    const next = this.#peek()
    if (COMPARISONS.some((text) => text === next.text))
      throw new RuleError(next.column, 'comparisons do not chain: write "a < b and b < c"')
    return { is: 'compare', operator, left: numeric(left, column), right }
  }

  #sum(): Tree {
    return this.#arithmetic(['+', '-'], () => this.#arithmetic(['*', '/'], () => this.#unary()))
  }

  #arithmetic(operators: readonly ArithmeticOperator[], operand: () => Tree): Tree {
    const column = this.#peek().column
    let left = operand()
    for (;;) {
      const operator = this.#takeOne(...operators)
      if (operator === null) return left
      const rightColumn = this.#peek().column
      const right = numeric(operand(), rightColumn)
      left = { is: 'arithmetic', operator, left: numeric(left, column), right }
    }
  }

  #unary(): Tree {
    if (!this.#take('-')) return this.#primary()
    const column = this.#peek().column
    return {
      is: 'negative',
      of: numeric(
        this.#deeper(() => this.#unary()),
        column,
      ),
    }
  }

  #primary(): Tree {
    const token = this.#peek()
    this.#at += 1
    if (token.type === 'number') return { is: 'number', text: token.text }
    if (token.text === '(') {
      const inner = this.#deeper(() => this.#or())
      this.#expect(')')
      return inner
    }
    if (token.type !== 'word') throw unexpected(token, 'a number, a series or "("')
    return this.#named(token)
  }

  #named(token: Token): Tree {
    const name = token.text
    if (isPrice(name)) return { is: 'series', name: { price: name } }
    if (isIndicator(name))
      return { is: 'series', name: { indicator: name, period: this.#period(name) } }
    if (isCrossing(name)) return this.#crossing(name)
    const near = nearest(name, NAMES)
    const hint = near === null ? `known are ${NAMES.join(', ')}` : `did you mean "${near}"?`
    throw new RuleError(token.column, `unknown name "${name.slice(0, 30)}": ${hint}`)
  }

  #period(name: IndicatorName): number {
    this.#expect('(')
    const token = this.#peek()
    const period = Number(token.text)
    if (token.type !== 'number' || !Number.isInteger(period) || period < 1 || period > MAX_PERIOD)
      throw new RuleError(
        token.column,
        `${name} takes a whole number of candles from 1 to ${MAX_PERIOD}`,
      )
    this.#at += 1
    this.#expect(')')
    return period
  }

  #crossing(operator: Crossing): Tree {
    this.#expect('(')
    const left = this.#operand()
    this.#expect(',')
    const right = this.#operand()
    this.#expect(')')
    return { is: 'cross', operator, left, right }
  }

  #operand(): Numeric {
    const column = this.#peek().column
    return numeric(
      this.#deeper(() => this.#or()),
      column,
    )
  }

  #deeper<T>(read: () => T): T {
    if (this.#depth === MAX_DEPTH)
      throw new RuleError(this.#peek().column, `a rule nests at most ${MAX_DEPTH} levels`)
    this.#depth += 1
    const result = read()
    this.#depth -= 1
    return result
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { type: 'end', text: '', column: 1 }
  }

  #take(text: string): boolean {
    if (this.#peek().text !== text) return false
    this.#at += 1
    return true
  }

  #takeOne<Text extends string>(...texts: Text[]): Text | null {
    return texts.find((text) => this.#take(text)) ?? null
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw unexpected(this.#peek(), `"${text}"`)
  }
}

function isCrossing(name: string): name is Crossing {
  return CROSSINGS.some((crossing) => crossing === name)
}

function condition(tree: Tree, column: number): Condition {
  if (isNumeric(tree))
    throw new RuleError(column, 'expected a condition such as "close > 100", got a number')
  return tree
}

function numeric(tree: Tree, column: number): Numeric {
  if (!isNumeric(tree)) throw new RuleError(column, 'expected a number here, got a condition')
  return tree
}

function unexpected(token: Token, wanted: string): RuleError {
  const got = token.type === 'end' ? 'the end' : `"${token.text.slice(0, 30)}"`
  return new RuleError(token.column, `expected ${wanted}, got ${got}`)
}
