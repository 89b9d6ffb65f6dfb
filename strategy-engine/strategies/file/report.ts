// What is wrong with a file, each mistake at its place.
import type { OpenedYaml, Place } from '@keyside/runtime'
import type { RuleProblem } from '../rules/tokens.ts'
import type { Problem } from './strategy.ts'

export const MAX_PROBLEMS = 100
/** Of a line that is shown, characters. */
const WIDTH = 100
const INDENT = 4

export type Path = readonly PropertyKey[]

export class Report {
  readonly #text: string
  readonly #opened: OpenedYaml
  readonly #problems: Map<string, Problem>
  readonly #keys: Set<PropertyKey>

  /** `before`: what was found already. */
  constructor(text: string, opened: OpenedYaml, before?: Report) {
    this.#text = text
    this.#opened = opened
    this.#problems = new Map(before === undefined ? [] : before.#problems)
    this.#keys = new Set(before === undefined ? [] : before.#keys)
  }

  /** About the value there, or with `at` about that character of it. */
  add(path: Path, message: string, at?: number): void {
    this.#keep(path, message, () => this.#opened.placeOf(path, at))
  }

  addAll(path: Path, problems: readonly RuleProblem[], shift = 0): void {
    for (const { at, message } of problems) this.add(path, message, at + shift)
  }

  addKey(path: Path, message: string): void {
    this.#keep(path, message, () => this.#opened.placeOfKey(path))
  }

  /** Whether there is a complaint about this key, or about something under it. */
  has(key: string): boolean {
    return this.#keys.has(key)
  }

  /** In the order of the file. */
  get problems(): readonly Problem[] {
    return [...this.#problems.values()].sort((a, b) => a.line - b.line || a.column - b.column)
  }

  #keep(path: Path, message: string, findPlace: () => Place): void {
    if (path[0] !== undefined) this.#keys.add(path[0])
    if (this.#problems.size === MAX_PROBLEMS) return
    const place = findPlace()
    const key = path.filter((part) => typeof part === 'string').join('.')
    const problem = problemAt(this.#text, place, key === '' ? message : `${key}: ${message}`)
    this.#problems.set(`${place.line} ${place.column} ${message}`, problem)
  }
}

export function problemAt(text: string, { line, column }: Place, message: string): Problem {
  const written = lineOf(text, line)
  const start = Math.max(0, Math.min(column - 1 - WIDTH / 2, written.length - WIDTH))
  const shown = written
    .slice(start, start + WIDTH)
    .replace(/[^\P{C}]/gu, ' ')
    .trimEnd()
  const caret = `${' '.repeat(INDENT + Math.min(column - 1 - start, shown.length))}^`
  return { line, column, message, excerpt: `${' '.repeat(INDENT)}${shown}\n${caret}` }
}

function lineOf(text: string, line: number): string {
  let at = 0
  for (let i = 1; i < line; i += 1) {
    const next = text.indexOf('\n', at)
    if (next < 0) return ''
    at = next + 1
  }
  const end = text.indexOf('\n', at)
  return text.slice(at, end < 0 ? undefined : end).replace(/\r$/, '')
}

/** For a person: the place, what is wrong, and the line with a caret under it. */
export function problemText({ line, column, message, excerpt }: Problem): string {
  return `line ${line}, column ${column}: ${message}\n${excerpt}`
}
