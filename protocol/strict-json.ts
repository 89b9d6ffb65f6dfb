// JSON as RFC 8259 writes it, less what two readers could understand differently: no duplicate names, no deep nesting.

const MAX_DEPTH = 6
/** Names in one object. */
const MAX_NAMES = 64
const POISONED = new Set(['__proto__', 'constructor', 'prototype'])
// Control characters must be escaped; so must DEL and C1, which RFC 8259 would let through.
const STRING = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy
const LITERAL = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const SPACE = /[ \t\n\r]*/y

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export type JsonFault =
  | 'json_malformed'
  | 'json_duplicate_name'
  | 'json_forbidden_name'
  | 'json_too_deep'

/** Parses UTF-8 bytes into plain data, or names what was wrong with them. */
export function parseStrictJson(bytes: Uint8Array): { value: unknown } | { fault: JsonFault } {
  let text: string
  try {
    text = UTF_8.decode(bytes)
  } catch {
    return { fault: 'json_malformed' }
  }
  const fault = faultOf(text)
  return fault === null ? { value: JSON.parse(text) } : { fault }
}

/** What is wrong with a text; null if nothing is. */
export function faultOf(text: string): JsonFault | null {
  return new Scanner(text).scan()
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
    if (start === '{') return this.#list('}', depth, new Set())
    if (start === '[') return this.#list(']', depth, null)
    return this.#skip(start === '"' ? STRING : LITERAL) ? null : 'json_malformed'
  }

  /** `names`: of an object, those that it has had so far. */
  #list(close: string, depth: number, names: Set<string> | null): JsonFault | null {
    this.#at += 1
    this.#skip(SPACE)
    if (this.#take(close)) return null
    for (;;) {
      const fault = (names && this.#name(names)) ?? this.#value(depth + 1)
      if (fault !== null) return fault
      this.#skip(SPACE)
      if (this.#take(close)) return null
      if (!this.#take(',')) return 'json_malformed'
    }
  }

  #name(names: Set<string>): JsonFault | null {
    this.#skip(SPACE)
    const start = this.#at
    if (!this.#skip(STRING)) return 'json_malformed'
    const raw = this.#text.slice(start, this.#at)
    const name: string = raw.includes('\\') ? JSON.parse(raw) : raw.slice(1, -1)
    if (POISONED.has(name) || names.size === MAX_NAMES) return 'json_forbidden_name'
    if (names.has(name)) return 'json_duplicate_name'
    names.add(name)
    this.#skip(SPACE)
    return this.#take(':') ? null : 'json_malformed'
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at += 1
    return true
  }

  /** Whether there was any of it. */
  #skip(pattern: RegExp): boolean {
    const start = this.#at
    pattern.lastIndex = start
    if (pattern.test(this.#text)) this.#at = pattern.lastIndex
    return this.#at > start
  }
}
