// YAML a person wrote, checked against a strict schema, with the line of whatever is wrong.
import { type Document, isNode, LineCounter, parseDocument } from 'yaml'
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
  const broken = document.errors[0] ?? document.warnings[0]
  if (broken !== undefined)
    return {
      ok: false,
      line: lines.linePos(broken.pos[0]).line,
      path: '',
      message: firstLine(broken.message),
    }
  const parsed = schema.safeParse(plain(document))
  if (parsed.success) return { ok: true, data: parsed.data }
  const issue = deepest(parsed.error.issues)
  return {
    ok: false,
    line: lineOf(document, issue.path, lines),
    path: issue.path.map(String).join('.'),
    message: issue.message,
  }
}

function plain(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 }) ?? {}
  } catch {
    return undefined
  }
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
