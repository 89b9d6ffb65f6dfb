// From a character of a YAML text's value to where it stands in the file: through quotes, escapes, folding and indents.
import { type Document, isMap, isScalar } from 'yaml'

/** Of the value's character `at`, counted from 0; null where there is no text. */
export function scalarOffset(
  document: Document.Parsed,
  source: string,
  path: readonly PropertyKey[],
  at = 0,
): number | null {
  const node: unknown = document.getIn(path, true)
  if (!isScalar(node) || !node.range || typeof node.value !== 'string') return null
  const [start, end] = node.range
  const offsets = writtenOffsets(source.slice(start, end), node.type)
  const before = node.value.slice(0, at).replace(/\s/g, '').length
  const isInside = /\S/.test(node.value.charAt(at))
  const offset = isInside ? offsets[before] : afterLast(offsets[before - 1])
  return start + (offset ?? 0)
}

/** Of a key of a map; null where there is none such. */
export function keyOffset(document: Document.Parsed, path: readonly PropertyKey[]): number | null {
  const map: unknown =
    path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  if (!isMap(map)) return null
  const wanted = path.at(-1)
  for (const { key } of map.items)
    if (isScalar(key) && key.range && String(key.value) === wanted) return key.range[0]
  return null
}

function afterLast(offset: number | undefined): number | undefined {
  return offset === undefined ? undefined : offset + 1
}

/**
 * Where each character of the value that is no white space is written. YAML folds, joins and indents by white space
 * alone, so the rest comes in the same order and number on both sides.
 */
function writtenOffsets(written: string, type: string | undefined): readonly number[] {
  if (type === 'BLOCK_FOLDED' || type === 'BLOCK_LITERAL') {
    const header = written.search(/\r\n|\r|\n/)
    return header < 0 ? [] : plainOffsets(written, header, written.length)
  }
  if (type === 'QUOTE_DOUBLE') return escapedOffsets(written)
  if (type === 'QUOTE_SINGLE') return plainOffsets(written, 1, written.length - 1, true)
  return plainOffsets(written, 0, written.length)
}

function plainOffsets(text: string, from: number, to: number, areQuotesDoubled = false): number[] {
  const offsets: number[] = []
  for (let i = from; i < to; i += 1) {
    if (/\s/.test(text.charAt(i))) continue
    offsets.push(i)
    if (areQuotesDoubled && text.charAt(i) === "'") i += 1
  }
  return offsets
}

/** Digits after \x, \u and \U. */
const DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }
const ESCAPED_SPACE = /[ tnrvfLP_\s]/

function escapedOffsets(text: string): number[] {
  const offsets: number[] = []
  for (let i = 1; i < text.length - 1; i += 1) {
    const char = text.charAt(i)
    if (/\s/.test(char)) continue
    if (char !== '\\') {
      offsets.push(i)
      continue
    }
    const kind = text.charAt(i + 1)
    const digits = DIGITS[kind] ?? 0
    const code = digits === 0 ? 0 : Number.parseInt(text.slice(i + 2, i + 2 + digits), 16)
    const isSpace = digits === 0 ? ESCAPED_SPACE.test(kind) : /\s/.test(String.fromCodePoint(code))
    if (!isSpace) offsets.push(i)
    // Such a character is two in the value.
    if (code > 0xffff) offsets.push(i)
    i += 1 + digits
  }
  return offsets
}
