// JSON as RFC 8259 writes it, less what two readers could understand differently: no duplicate names, no deep nesting.

const MAX_DEPTH = 6
/** Names in one object. */
const MAX_NAMES = 64
const POISONED = new Set(['__proto__', 'constructor', 'prototype'])
// Control characters must be escaped; so must DEL and C1, which RFC 8259 would let through.
const STRING = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy
const LITERAL = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const SPACE = /[ \t\n\r]*/y

export type JsonFault =
  | 'json_malformed'
  | 'json_duplicate_name'
  | 'json_forbidden_name'
  | 'json_too_deep'

/** Parses UTF-8 bytes into plain data, or names what was wrong with them. */
export function parseStrictJson(bytes: Uint8Array): { value: unknown } | { fault: JsonFault } {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return { fault: 'json_malformed' }
  }
  const fault = new Scanner(text).scan()
  return fault === null ? { value: JSON.parse(text) } : { fault }
}

/** Walks the text once, without building anything, before JSON.parse may see it. */
class Scanner {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  scan(): JsonFault | null {
    const fault = this.#value(0)
    if (fault !== null) return fault
    this.#skip(SPACE)
    return this.#at === this.#text.length ? null : 'json_malformed'
  }

  #value(depth: number): JsonFault | null {
    if (depth > MAX_DEPTH) return 'json_too_deep'
    this.#skip(SPACE)
    const start = this.#text[this.#at]
    const seen = new Set<string>()
    if (start === '{') return this.#list('}', () => this.#member(depth, seen))
    if (start === '[') return this.#list(']', () => this.#value(depth + 1))
    if (start === '"') return this.#string() === null ? 'json_malformed' : null
    return this.#skip(LITERAL) === '' ? 'json_malformed' : null
  }

  #list(close: string, item: () => JsonFault | null): JsonFault | null {
    this.#at += 1
    this.#skip(SPACE)
    if (this.#take(close)) return null
    for (;;) {
      const fault = item()
      if (fault !== null) return fault
      this.#skip(SPACE)
      if (this.#take(close)) return null
      if (!this.#take(',')) return 'json_malformed'
    }
  }

  #member(depth: number, seen: Set<string>): JsonFault | null {
    this.#skip(SPACE)
    const raw = this.#string()
    if (raw === null) return 'json_malformed'
    const name = JSON.parse(raw) as string
    if (POISONED.has(name) || seen.size === MAX_NAMES) return 'json_forbidden_name'
    if (seen.has(name)) return 'json_duplicate_name'
    seen.add(name)
    this.#skip(SPACE)
    return this.#take(':') ? this.#value(depth + 1) : 'json_malformed'
  }

  #string(): string | null {
    return this.#skip(STRING) || null
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at += 1
    return true
  }

  #skip(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0] ?? ''
    this.#at += found.length
    return found
  }
}
