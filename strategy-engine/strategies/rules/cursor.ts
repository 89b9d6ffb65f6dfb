// Where the reading of a rule stands, and what it found wrong so far.
import { type Meaning, type Parsed, type Scope, UNKNOWN } from './scope.ts'
import type { RuleProblem, Token } from './tokens.ts'
import type { Tree } from './tree.ts'
import { short, type Unit } from './units.ts'

const MAX_DEPTH = 20
/** Nodes of a rule, those of the names that it uses included. */
const MAX_SIZE = 2_000
const MAX_PROBLEMS = 20

/** Thrown where the rest of a rule cannot be read; its problem is noted. */
export class Unreadable extends Error {
  override name = 'Unreadable'
}

export class Cursor {
  readonly text: string
  readonly scope: Scope
  readonly problems: RuleProblem[] = []
  readonly #tokens: readonly Token[]
  readonly #last: Token
  #next = 0
  #depth = 0

  constructor(text: string, tokens: readonly Token[], scope: Scope) {
    this.text = text
    this.scope = scope
    this.#tokens = tokens
    this.#last = tokens.at(-1) ?? { type: 'end', text: '', at: text.length }
  }

  peek(ahead = 0): Token {
    return this.#tokens[this.#next + ahead] ?? this.#last
  }

  /** Whether the next token is this word or mark; if so, it is taken. */
  take(text: string): boolean {
    const { type, text: next } = this.peek()
    if (next !== text || type === 'end') return false
    this.#next += 1
    return true
  }

  takeOne<Text extends string>(...texts: readonly Text[]): Text | null {
    return texts.find((text) => this.take(text)) ?? null
  }

  skip(): Token {
    const token = this.peek()
    this.#next += 1
    return token
  }

  expect(text: string): void {
    if (!this.take(text)) this.unexpected(`"${text}"`)
  }

  unexpected(wanted: string): never {
    const { type, text, at, message } = this.peek()
    if (message !== undefined) return this.fail(at, message)
    const got = type === 'end' ? 'the end' : `"${short(text)}"`
    return this.fail(at, `expected ${wanted}, got ${got}`)
  }

  /** Notes it and reads on. */
  problem(at: number, message: string): void {
    if (this.problems.length === MAX_PROBLEMS) throw new Unreadable()
    this.problems.push({ at, message })
  }

  fail(at: number, message: string): never {
    this.problem(at, message)
    throw new Unreadable()
  }

  deeper<T>(read: () => T): T {
    if (this.#depth === MAX_DEPTH)
      this.fail(
        this.peek().at,
        `a rule nests at most ${MAX_DEPTH} levels: give a part a name under "let"`,
      )
    this.#depth += 1
    const result = read()
    this.#depth -= 1
    return result
  }

  /** From `from` to the last token taken. */
  make(tree: Tree, unit: Unit, from: number, parts: readonly Meaning[] = []): Parsed {
    const size = parts.reduce((sum, part) => sum + part.size, 1)
    if (size > MAX_SIZE)
      this.fail(from, `a rule has at most ${MAX_SIZE} parts, those of its names included`)
    return {
      tree,
      unit: parts.some((part) => part.unit === 'unknown') ? 'unknown' : unit,
      trade: parts.some(({ trade }) => trade),
      elsewhere: parts.some(({ elsewhere }) => elsewhere),
      size,
      from,
      to: this.#end(),
    }
  }

  /** Stands in for the part that was refused. */
  refused(from: number, message: string): Parsed {
    this.problem(from, message)
    return this.unknown(from)
  }

  unknown(from: number): Parsed {
    return { ...UNKNOWN, from, to: this.#end() }
  }

  written({ from, to }: Parsed): string {
    return this.text.slice(from, to)
  }

  #end(): number {
    const last = this.#tokens[this.#next - 1]
    return last === undefined ? 0 : last.at + last.text.length
  }
}
