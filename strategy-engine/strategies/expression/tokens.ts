// A rule's text cut into words, each with its column.

export interface Token {
  readonly type: 'number' | 'word' | 'mark' | 'end'
  readonly text: string
  /** Counts from 1. */
  readonly column: number
}

/** What is wrong with a rule, and where in its text. */
export class RuleError extends Error {
  override name = 'RuleError'
  readonly column: number

  constructor(column: number, message: string) {
    super(message)
    this.column = column
  }
}

const MAX_RULE_LENGTH = 500

const SPACE = /\s*/y
const TOKEN =
  /(?<number>\d{1,12}(?:\.\d{1,12})?(?![\w.]))|(?<word>[A-Za-z_]\w*)|(?<mark><=|>=|[<>+\-*/(),])/y

export function tokenize(text: string): Token[] {
  if (text.length > MAX_RULE_LENGTH)
    throw new RuleError(MAX_RULE_LENGTH + 1, `a rule has at most ${MAX_RULE_LENGTH} characters`)
  const tokens: Token[] = []
  let at = skip(text, 0)
  while (at < text.length) {
    const token = read(text, at)
    tokens.push(token)
    at = skip(text, at + token.text.length)
  }
  return [...tokens, { type: 'end', text: '', column: text.trimEnd().length + 1 }]
}

function skip(text: string, at: number): number {
  SPACE.lastIndex = at
  return at + (SPACE.exec(text)?.[0].length ?? 0)
}

function read(text: string, at: number): Token {
  TOKEN.lastIndex = at
  const groups = TOKEN.exec(text)?.groups
  const column = at + 1
  if (groups?.['number'] !== undefined) return { type: 'number', text: groups['number'], column }
  if (groups?.['word'] !== undefined) return { type: 'word', text: groups['word'], column }
  if (groups?.['mark'] !== undefined) return { type: 'mark', text: groups['mark'], column }
  const strange = /^(?:\d[\w.]*|\p{Any})/u.exec(text.slice(at))?.[0] ?? ''
  throw new RuleError(column, `cannot read "${strange.slice(0, 30)}"`)
}
