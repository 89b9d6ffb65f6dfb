// What of a text may be shown to somebody else: the words that stand in Keyside's own code, and a few names that are the same
// everywhere. All else, whatever it is, becomes a mark that is the same for the same text.
import { readFileSync } from 'node:fs'

/** One line of code long: a quotation mark in a comment then loses no more than its line. */
const LITERAL = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\\n]|\\.)*`/g
const HOLE = /\$\{(?:[^{}]|\{[^{}]*\})*\}/
const ESCAPE = /\\u\{?([0-9a-fA-F]+)\}?|\\(.)/g
/** Shorter parts are not used: they would match too many texts. */
const SENTENCE = /\p{L}{2,}[^\p{L}]+\p{L}{2,}/u
/** What joins sentences to one. */
const BETWEEN = ['; ', ': ', ', ']
/** A word that is not part of an address, a path or a longer name. */
const WORD = /(?<![\w@/.\-\\])\w+(?:\.\w+)*(?![\w@/\-\\])/g
const DEEPEST = 3

export class Redactor {
  /** The fixed parts of each sentence; between two of them is something else each time. The ones that say most come first. */
  readonly #sentences: readonly (readonly string[])[]
  readonly #names: ReadonlySet<string>
  readonly #marks = new Map<string, string>()

  /** `code`: texts of source files. `names`: single words that may be shown. */
  constructor(code: Iterable<string>, names: Iterable<string>) {
    const found = new Map<string, readonly string[]>()
    for (const text of code)
      for (const [literal] of text.matchAll(LITERAL)) {
        const parts = literal.slice(1, -1).split(HOLE).map(unescaped)
        if (SENTENCE.test(parts.join(' '))) found.set(JSON.stringify(parts), parts)
      }
    this.#sentences = [...found.values()].sort((a, b) => fixed(b) - fixed(a))
    this.#names = new Set(names)
  }

  /** Of any text, in one line. */
  show(text: string): string {
    return this.#show(text.trim(), 0).replace(/\s+/g, ' ')
  }

  /** What stands for a text that is not shown. */
  mark(text: string): string {
    const mark = this.#marks.get(text) ?? `[${this.#marks.size + 1}]`
    this.#marks.set(text, mark)
    return mark
  }

  #show(text: string, depth: number): string {
    if (depth > DEEPEST) return this.#known(text)
    for (const parts of this.#sentences) {
      const holes = holesIn(text, parts)
      if (holes === null) continue
      const shown = holes.map((hole) => this.#show(hole, depth + 1))
      return parts.map((part, at) => part + (shown[at] ?? '')).join('')
    }
    const between = BETWEEN.find((one) => text.includes(one))
    if (between === undefined) return this.#known(text)
    const each = text.split(between).map((part) => this.#show(part, depth + 1))
    return each.join(between)
  }

  /** Names as they are, and each thing between them as a whole. */
  #known(text: string): string {
    let shown = ''
    let at = 0
    for (const { 0: word, index } of text.matchAll(WORD)) {
      if (!this.#names.has(word)) continue
      shown += this.#hidden(text.slice(at, index)) + word
      at = index + word.length
    }
    return shown + this.#hidden(text.slice(at))
  }

  #hidden(text: string): string {
    const [, before = '', inner = '', after = ''] =
      /^([\s,;:()]*)(.*?)([\s,;:()]*)$/s.exec(text) ?? []
    return inner === '' ? text : before + this.mark(inner) + after
  }
}

function fixed(parts: readonly string[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0)
}

/** What stands between the fixed parts; null where the text is another. */
function holesIn(text: string, parts: readonly string[]): readonly string[] | null {
  const [first = '', ...rest] = parts
  const last = rest.pop()
  if (last === undefined) return text === first ? [] : null
  if (!text.startsWith(first) || !text.endsWith(last)) return null
  const end = text.length - last.length
  const holes: string[] = []
  let at = first.length
  for (const part of rest) {
    const found = text.indexOf(part, at)
    if (found < 0) return null
    holes.push(text.slice(at, found))
    at = found + part.length
  }
  if (at > end) return null
  holes.push(text.slice(at, end))
  return holes
}

function unescaped(text: string): string {
  return text.replace(ESCAPE, (_, hex: string | undefined, one: string) =>
    hex === undefined ? (ESCAPED[one] ?? one) : String.fromCodePoint(Number.parseInt(hex, 16)),
  )
}

const ESCAPED: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }

export function openRedactor(files: readonly string[], names: Iterable<string>): Redactor {
  return new Redactor(
    files.map((file) => readFileSync(file, 'utf8')),
    names,
  )
}
