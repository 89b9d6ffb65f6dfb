// YAML a person wrote, checked against a strict schema, with the line of whatever is wrong.
import {
  type Alias,
  type Document,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml'
import type { z } from 'zod'
import { nearestWord } from './edits.ts'
import { keysAt } from './schema-keys.ts'
import { keyOffset, scalarOffset } from './yaml-offset.ts'
import { inPlainWords, syntaxSentence, TOO_DEEP } from './yaml-sentences.ts'

/** In a text; both from 1, the column in characters. */
export interface Place {
  readonly line: number
  readonly column: number
}

export interface Refusal {
  readonly ok: false
  /** From 1. */
  readonly line: number
  readonly column: number
  readonly path: string
  readonly message: string
}

export type Checked<T> = { ok: true; data: T } | Refusal

interface YamlOptions {
  /** `text` hands every scalar to the schema as it was written, so that no amount becomes a float. */
  readonly scalars?: 'typed' | 'text'
}

export interface OpenedYaml {
  readonly ok: true
  readonly data: Readonly<Record<string, unknown>>
  /** Of the node there, or of the nearest one around it. */
  lineOf(path: readonly PropertyKey[]): number
  /** The same as a place; with `at`, of that character of a text there, however it is quoted or folded. */
  placeOf(path: readonly PropertyKey[], at?: number): Place
  /** Of the key itself. */
  placeOfKey(path: readonly PropertyKey[]): Place
}

/** Maximum length of a file, characters. */
const MAX_CHARACTERS = 1_000_000

/** Duplicate keys, unknown keys, anchors' aliases and tags are refused. */
export function checkYaml<Schema extends z.ZodType>(
  text: string,
  schema: Schema,
  options: YamlOptions = {},
): Checked<z.infer<Schema>> {
  const opened = openYaml(text, options)
  if (!opened.ok) return opened
  const parsed = schema.safeParse(opened.data)
  if (parsed.success) return { ok: true, data: parsed.data }
  const { path, message } = firstIssue(parsed.error.issues, schema)
  return { ok: false, ...opened.placeOf(path), path: path.map(String).join('.'), message }
}

/** One document of settings, before any schema. */
export function openYaml(text: string, options: YamlOptions = {}): OpenedYaml | Refusal {
  try {
    return openedYaml(text, options)
  } catch (error) {
    // The parser is recursive.
    if (!(error instanceof RangeError)) throw error
    return { ok: false, line: 1, column: 1, path: '', message: TOO_DEEP }
  }
}

function openedYaml(text: string, { scalars = 'typed' }: YamlOptions = {}): OpenedYaml | Refusal {
  const lines = new LineCounter()
  const refuse = (offset: number, message: string): Refusal => {
    return { ok: false, ...placeIn(lines, offset), path: '', message }
  }
  const unread = unreadable(text)
  if (unread !== null) return { ok: false, path: '', ...unread }
  const document = parseDocument(text, {
    lineCounter: lines,
    // Looked at below: its own way takes a minute for a file of many keys.
    uniqueKeys: false,
    prettyErrors: false,
    merge: false,
    schema: scalars === 'text' ? 'failsafe' : 'core',
  })
  const broken = document.errors[0] ?? document.warnings[0]
  if (broken !== undefined) {
    const blank = foreignBlank(text, broken.pos[0])
    return blank === null ? refuse(broken.pos[0], syntaxSentence(broken)) : refuse(blank, NO_SPACE)
  }
  if (isTooDeep(document)) return refuse(0, TOO_DEEP)
  const key = firstWrongKey(document)
  if (key !== undefined) return refuse(startOf(key.node), key.message)
  const alias = firstAlias(document)
  if (alias !== undefined)
    return refuse(
      startOf(alias),
      `an alias (*${alias.source}) is not followed: write out what it stands for`,
    )
  const data: unknown = document.toJS() ?? {}
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    return refuse(startOf(document.contents), 'expected settings, such as "name: value"')
  const written = data as Readonly<Record<string, unknown>>
  const place = (offset: number) => placeIn(lines, offset)
  return {
    ok: true,
    data: written,
    lineOf: (path) => place(offsetOf(document, path)).line,
    placeOf: (path, at) =>
      place(scalarOffset(document, text, path, at) ?? offsetOf(document, path)),
    placeOfKey: (path) => place(keyOffset(document, path) ?? offsetOf(document, path)),
  }
}

function placeIn(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset)
  return { line: line || 1, column: col || 1 }
}

interface Issue {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/** An unknown key comes first (it is often why another one is missing), at its own place. */
export function firstIssue(
  issues: readonly (Issue & {
    readonly code?: string
    readonly keys?: readonly string[]
    /** Of a name that may not be one. */
    readonly issues?: readonly Issue[]
  })[],
  schema: z.ZodType,
): Issue {
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]
  if (issue === undefined) return { path: [], message: 'invalid' }
  const key = issue.code === 'unrecognized_keys' ? issue.keys?.[0] : undefined
  if (key === undefined)
    return { path: issue.path, message: inPlainWords(issue.issues?.[0]?.message ?? issue.message) }
  const meant = nearestWord(key, keysAt(schema, issue.path))
  // Of another kind of the same section it may be known.
  const hint = meant === null || meant === key ? '' : `: did you mean "${meant}"?`
  return { path: [...issue.path, key], message: `unknown key "${key}"${hint}` }
}

/** Control characters but tab and line ends; and what a decoder writes for bytes that are no UTF-8. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const NOT_TEXT = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]/

function unreadable(text: string): (Place & { message: string }) | null {
  if (text.length > MAX_CHARACTERS)
    return { line: 1, column: 1, message: `it is longer than ${MAX_CHARACTERS} characters` }
  const at = text.search(NOT_TEXT)
  if (at === -1) return null
  const before = text.slice(0, at).split(/\r\n|\r|\n/)
  const place = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
  return { ...place, message: 'a character that is no text: save the file as UTF-8' }
}

/** From the file to a value, a key and its settings being two: settings have a handful. */
const MAX_STEPS = 100

function isTooDeep(document: Document.Parsed): boolean {
  let found = false
  visit(document, {
    Collection: (_key, _node, path) => {
      found = path.length > MAX_STEPS
      return found ? visit.BREAK : undefined
    },
  })
  return found
}

/** One that is there already in its map, or is no plain text. */
function firstWrongKey(document: Document.Parsed): { node: Node; message: string } | undefined {
  let first: { node: Node; message: string } | undefined
  visit(document, {
    Map: (_key, { items }) => {
      const known = new Set<unknown>()
      for (const { key } of items) {
        if (!isNode(key)) continue
        const value = isScalar(key) ? key.value : undefined
        if (!isScalar(key)) first = { node: key, message: 'expected a plain word as a key' }
        else if (known.has(value)) first = { node: key, message: `"${value}" stands here twice` }
        known.add(value)
        if (first !== undefined) return visit.BREAK
      }
      return undefined
    },
  })
  return first
}

function firstAlias(document: Document.Parsed): Alias | undefined {
  let first: Alias | undefined
  visit(document, {
    Alias: (_key, alias) => {
      first = alias
      return visit.BREAK
    },
  })
  return first
}

function startOf(node: { readonly range?: readonly number[] | null | undefined } | null): number {
  return node?.range?.[0] ?? 0
}

function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return 0
}

/** What looks like a space, or like nothing, and comes along from a web page or a word processor. */
const FOREIGN_BLANK =
  /[\u0085\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f\u2060\u3000]|(?!^)\ufeff/g

const NO_SPACE = 'a character that looks like a space, or like nothing, and is none: write a space'

/** The first one in the line of the mistake, or in the one before it, whose end the mistake may be. */
function foreignBlank(text: string, at: number): number | null {
  const before = text.lastIndexOf('\n', text.lastIndexOf('\n', at - 1) - 1)
  for (const { index } of text.matchAll(FOREIGN_BLANK))
    if (index > before) return text.slice(at, index).includes('\n') ? null : index
  return null
}
