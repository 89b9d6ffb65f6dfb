// A rule's text cut into words, each with its place.

export interface Token {
  /** `quantity` begins with a digit and goes on with letters: 2h, 1INCH. */
  readonly type: 'number' | 'quantity' | 'word' | 'mark' | 'end' | 'strange'
  readonly text: string
  /** Why it is no word of the language. With `strange` only, which ends the text. */
  readonly message?: string
  /** Offset in the text, from 0. */
  readonly at: number
}

/** What is wrong with a rule, and where in its text. */
export interface RuleProblem {
  /** Offset, from 0. */
  readonly at: number
  readonly message: string
}

export const MAX_RULE_LENGTH = 4_000

const SPACE = /\s*/y
const TOKEN =
  /(?<number>\d+(?:\.\d+)?(?!\w|\.\d))|(?<quantity>\d\w*(?:\.\d\w*)*)|(?<word>[A-Za-z_]\w*)|(?<mark><=|>=|[<>+\-*/()[\],.@%](?!=))/y
const MAX_DIGITS = 12

/** Signs of other languages, and how they are written here. */
const FOREIGN: Readonly<Record<string, string>> = {
  '&&': 'write "and"',
  '&': 'write "and"',
  '||': 'write "or"',
  '|': 'write "or"',
  '!': 'write "not"',
  '=': 'values are hardly ever equal: write "<=" or ">="',
  '==': 'values are hardly ever equal: write "<=" or ">="',
  '!=': 'values are hardly ever equal: write "<" or ">"',
  '^': 'write "pow(x, 2)"',
  '"': 'a name is written without quotes',
  "'": 'a name is written without quotes',
  ':': 'a rule is one expression',
  '?': 'write "if(condition, a, b)"',
  ';': 'a rule is one expression',
  '≥': 'write ">="',
  '≤': 'write "<="',
  '−': 'write "-"',
  '–': 'write "-"',
  '×': 'write "*"',
  '÷': 'write "/"',
}
const STRANGE = /&&|\|\||[=!<>+\-*/]=+|\*\*|\p{Any}/uy

export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = []
  let at = afterSpace(text, 0)
  while (at < text.length) {
    const token = tokenAt(text, at)
    tokens.push(token)
    if (token.type === 'strange') return tokens
    at = afterSpace(text, at + token.text.length)
  }
  return [...tokens, { type: 'end', text: '', at: text.trimEnd().length }]
}

function afterSpace(text: string, at: number): number {
  SPACE.lastIndex = at
  return at + (SPACE.exec(text)?.[0].length ?? 0)
}

function tokenAt(text: string, at: number): Token {
  TOKEN.lastIndex = at
  const groups = TOKEN.exec(text)?.groups ?? {}
  for (const type of ['number', 'quantity', 'word', 'mark'] as const) {
    const found = groups[type]
    if (found === undefined) continue
    const isLong =
      type === 'number' && found.split('.').some((digits) => digits.length > MAX_DIGITS)
    if (!isLong) return { type, text: found, at }
    const message = `a number has at most ${MAX_DIGITS} digits on each side of its point`
    return { type: 'strange', text: found, at, message }
  }
  STRANGE.lastIndex = at
  const found = STRANGE.exec(text)?.[0] ?? text.charAt(at)
  const hint = Object.hasOwn(FOREIGN, found) ? `: ${FOREIGN[found]}` : ''
  return { type: 'strange', text: found, at, message: `cannot read "${visible(found)}"${hint}` }
}

/** Invisible characters, and letters that look like others, with their number. */
function visible(sign: string): string {
  if (/^[ -~]+$/.test(sign)) return sign
  const number = sign.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')
  return /^[\p{L}\p{C}\p{Z}\p{M}]$/u.test(sign) ? `U+${number}` : sign
}
