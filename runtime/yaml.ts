// YAML a person wrote, checked against a strict schema, with the line of whatever is wrong.
import { type Alias, type Document, isNode, LineCounter, parseDocument, visit } from 'yaml'
import type { z } from 'zod'

export type Checked<T> =
  | { ok: true; data: T }
  | { ok: false; line: number; path: string; message: string }

interface YamlOptions {
  /** `text` hands every scalar to the schema as it was written, so that no amount becomes a float. */
  readonly scalars?: 'typed' | 'text'
}

/** Duplicate keys, unknown keys, anchors' aliases and tags are refused. `line` counts from 1. */
export function checkYaml<Schema extends z.ZodType>(
  text: string,
  schema: Schema,
  { scalars = 'typed' }: YamlOptions = {},
): Checked<z.infer<Schema>> {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: true,
    merge: false,
    schema: scalars === 'text' ? 'failsafe' : 'core',
  })
  const refuse = (offset: number, message: string) =>
    ({ ok: false, line: lines.linePos(offset).line, path: '', message }) as const
  const broken = document.errors[0] ?? document.warnings[0]
  if (broken !== undefined) return refuse(broken.pos[0], firstLine(broken.message))
  const alias = firstAlias(document)
  if (alias !== undefined)
    return refuse(
      startOf(alias),
      `an alias (*${alias.source}) is not followed: write out what it stands for`,
    )
  const written: unknown = document.toJS() ?? {}
  if (typeof written !== 'object' || Array.isArray(written))
    return refuse(startOf(document.contents), 'expected settings, such as "name: value"')
  const parsed = schema.safeParse(written)
  if (parsed.success) return { ok: true, data: parsed.data }
  const issue = deepest(parsed.error.issues)
  return {
    ok: false,
    line: lineOf(document, issue.path, lines),
    path: issue.path.map(String).join('.'),
    message: issue.message,
  }
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

function startOf(node: { readonly range?: readonly number[] | null } | null): number {
  return node?.range?.[0] ?? 0
}

interface Issue {
  path: PropertyKey[]
  message: string
}

/** An unknown key comes first (it is often why another one is missing), at its own place. */
function deepest(issues: readonly (Issue & { code?: string; keys?: string[] })[]): Issue {
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]
  if (issue === undefined) return { path: [], message: 'invalid' }
  const key = issue.code === 'unrecognized_keys' ? issue.keys?.[0] : undefined
  if (key === undefined) return issue
  return { path: [...issue.path, key], message: `unknown key "${key}"` }
}

function lineOf(
  document: Document.Parsed,
  path: readonly PropertyKey[],
  lines: LineCounter,
): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
  }
  return 1
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? message
}
