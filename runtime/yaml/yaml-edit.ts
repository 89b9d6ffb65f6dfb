// Adds to a YAML file that a person wrote, and leaves every other character of it as it is.
import {
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'

/**
 * Adds `entries` at the end of the list or section at `path`: values such as `ETH/USDT`, or lines such as
 * `name: { key: value }`. Comments among them are left out where the section is written on one line. Null when there is
 * no list or section there.
 */
export function addToYaml(
  text: string,
  path: readonly string[],
  entries: readonly string[],
): string | null {
  const document = parseDocument(text, { schema: 'failsafe' })
  if (document.errors.length > 0) return null
  const node: unknown = document.getIn(path, true)
  if (!isSeq(node) && !isMap(node)) return null
  const last = endOfLast(node)
  if (last === null) return fillEmpty(text, path, node, entries)
  return node.flow === true ? addInLine(text, last, entries) : addLines(text, last, node, entries)
}

/** Where the last item ends; null for a list without one. */
function endOfLast(node: YAMLMap | YAMLSeq): number | null {
  const item: unknown = node.items.at(-1)
  const inner: unknown = isPair(item) ? (item.value ?? item.key) : item
  return isNode(inner) ? (inner.range?.[1] ?? null) : null
}

/** `{}` and `[]` become lines of their own where they are a whole line, with what is said behind them. */
function fillEmpty(
  text: string,
  path: readonly string[],
  node: YAMLMap | YAMLSeq,
  entries: readonly string[],
): string | null {
  const [start, end] = node.range ?? []
  if (start === undefined || end === undefined || node.flow !== true) return null
  const ending = text.includes('\r\n') ? '\r\n' : '\n'
  const indent = '  '.repeat(path.length)
  const lines = entries.map((entry) =>
    isSeq(node) && !entry.startsWith('#') ? `${indent}- ${entry}` : `${indent}${entry}`,
  )
  const eol = text.indexOf('\n', end)
  const behind = text.slice(end, eol === -1 ? text.length : eol).replace(/\r$/, '')
  const rest = eol === -1 ? ending : text.slice(end + behind.length)
  return `${text.slice(0, start).trimEnd()}${behind.trimEnd()}${ending}${lines.join(ending)}${rest}`
}

function addInLine(text: string, last: number, entries: readonly string[]): string {
  const added = entries.filter((entry) => !entry.startsWith('#'))
  return `${text.slice(0, last)}${added.map((entry) => `, ${entry}`).join('')}${text.slice(last)}`
}

function addLines(
  text: string,
  last: number,
  node: YAMLMap | YAMLSeq,
  entries: readonly string[],
): string {
  const ending = text.includes('\r\n') ? '\r\n' : '\n'
  const start = startOf(node)
  const indent = text.slice(text.lastIndexOf('\n', start - 1) + 1, start).replace(/[^ ]/g, ' ')
  const lines = entries.map((entry) =>
    isSeq(node) && !entry.startsWith('#') ? `${indent}- ${entry}` : `${indent}${entry}`,
  )
  // A value of several lines ends behind its line end.
  const inside = text.slice(0, last).trimEnd().length
  const end = text.indexOf('\n', inside)
  const before = end === -1 ? text : text.slice(0, end).replace(/\r$/, '')
  const after = end === -1 ? ending : text.slice(before.length)
  return `${before}${ending}${lines.join(ending)}${after}`
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0
}

/**
 * Sets the plain value at `path`, or adds it where only its section is there: at the end of the file for a path of one name.
 * Null where that is not possible.
 */
export function setInYaml(text: string, path: readonly string[], value: string): string | null {
  const document = parseDocument(text, { schema: 'failsafe' })
  if (document.errors.length > 0) return null
  const node: unknown = document.getIn(path, true)
  const [start, end] = isScalar(node) ? (node.range ?? []) : []
  if (start !== undefined && end !== undefined && start < end)
    return `${text.slice(0, start)}${value}${text.slice(end)}`
  if (node !== undefined && node !== null) return null
  const line = `${path.at(-1)}: ${value}`
  if (path.length > 1) return addToYaml(text, path.slice(0, -1), [line])
  const ending = text.includes('\r\n') ? '\r\n' : '\n'
  return `${text.trimEnd()}${ending}${line}${ending}`
}
