// Reads Telegram's HTML dialect as strictly as Telegram does and returns plain text with entities.
import { TelegramRefusal } from './refusals.ts'
import type { Entity, FormattedText } from './wire.ts'

const ENTITY_OF_TAG: Record<string, string> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  'tg-spoiler': 'spoiler',
  span: 'spoiler',
  a: 'text_link',
  code: 'code',
  pre: 'pre',
  blockquote: 'blockquote',
}

const NAMED: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"' }

type OpenTag = { name: string; attributes: Map<string, string>; offset: number; language?: string }

/** Throws `TelegramRefusal('entities')` with Telegram's sentence and the UTF-8 byte offset. */
export function parseHtml(html: string): FormattedText {
  const open: OpenTag[] = []
  const entities: Entity[] = []
  let text = ''
  let at = 0
  while (at < html.length) {
    const next = html.slice(at).search(/[<&]/)
    const stop = next < 0 ? html.length : at + next
    text += html.slice(at, stop)
    at = stop
    if (html[at] === '&') {
      const [decoded, size] = decodeReference(html.slice(at, at + 12))
      text += decoded
      at += size
    } else if (html.startsWith('</', at)) {
      at = closeTag(html, at, open, entities, text.length)
    } else if (at < html.length) {
      at = openTag(html, at, open, text.length)
    }
  }
  const left = open.at(-1)
  if (left) refuse(`Can't find end tag corresponding to start tag "${left.name}"`)
  return { text, entities: entities.sort((a, b) => a.offset - b.offset || b.length - a.length) }
}

function openTag(html: string, at: number, open: OpenTag[], offset: number): number {
  const end = html.indexOf('>', at)
  const name = /^[^\s>/]*/.exec(html.slice(at + 1))?.[0].toLowerCase() ?? ''
  if (end < 0) refuse(`Unclosed start tag at byte offset ${bytes(html, at)}`)
  const attributes = readAttributes(html.slice(at + 1 + name.length, end))
  const known = Object.hasOwn(ENTITY_OF_TAG, name)
  if (!known) refuse(`Unsupported start tag "${name}" at byte offset ${bytes(html, at)}`)
  if (name === 'span' && attributes.get('class') !== 'tg-spoiler')
    refuse(`Tag "span" must have class "tg-spoiler" at byte offset ${bytes(html, at)}`)
  open.push({ name, attributes, offset })
  return end + 1
}

function closeTag(
  html: string,
  at: number,
  open: OpenTag[],
  entities: Entity[],
  length: number,
): number {
  const end = html.indexOf('>', at)
  if (end < 0) refuse(`Unclosed end tag at byte offset ${bytes(html, at)}`)
  const found = html
    .slice(at + 2, end)
    .trim()
    .toLowerCase()
  const tag = open.pop()
  if (!tag) return refuse(`Unexpected end tag at byte offset ${bytes(html, at)}`)
  if (tag.name !== found)
    refuse(
      `Unmatched end tag at byte offset ${bytes(html, at)}, expected "</${tag.name}>", found "</${found}>"`,
    )
  const entity = entityOf(tag, length, open.at(-1))
  if (entity) entities.push(entity)
  return end + 1
}

function entityOf(tag: OpenTag, end: number, parent: OpenTag | undefined): Entity | undefined {
  const entity = {
    type: ENTITY_OF_TAG[tag.name] ?? '',
    offset: tag.offset,
    length: end - tag.offset,
  }
  const language = /^language-(.+)$/.exec(tag.attributes.get('class') ?? '')?.[1]
  if (entity.length === 0) return undefined
  if (tag.name === 'code' && parent?.name === 'pre' && language) {
    parent.language = language
    return undefined
  }
  if (tag.name === 'pre' && tag.language) return { ...entity, language: tag.language }
  if (tag.name === 'blockquote' && tag.attributes.has('expandable'))
    return { ...entity, type: 'expandable_blockquote' }
  if (tag.name !== 'a') return entity
  const url = tag.attributes.get('href') ?? ''
  return isLink(url) ? { ...entity, url } : undefined
}

/** A link that a chat may show: anything else stays plain text, as in Telegram. */
function isLink(url: string): boolean {
  return ['http:', 'https:', 'tg:', 'mailto:'].includes(URL.parse(url)?.protocol ?? '')
}

function readAttributes(source: string): Map<string, string> {
  const found = source.matchAll(/([^\s=/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g)
  const pairs = [...found].map(([, name = '', a, b, c]): [string, string] => [
    name.toLowerCase(),
    decodeAll(a ?? b ?? c ?? ''),
  ])
  return new Map(pairs)
}

function decodeAll(value: string): string {
  return value.replace(/&(?:#x?[0-9a-f]+|[a-z]+);/gi, (reference) => decodeReference(reference)[0])
}

/** Telegram knows four named references; any other ampersand is itself. */
function decodeReference(source: string): [text: string, size: number] {
  const match = /^&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(lt|gt|amp|quot));/i.exec(source)
  const [whole = '&', decimal, hex, name] = match ?? []
  if (name) return [NAMED[name.toLowerCase()] ?? whole, whole.length]
  const code = decimal ? Number(decimal) : Number.parseInt(hex ?? '', 16)
  const valid = code > 0 && code <= 0x10ffff
  return valid ? [String.fromCodePoint(code), whole.length] : ['&', 1]
}

function bytes(html: string, at: number): number {
  return Buffer.byteLength(html.slice(0, at))
}

function refuse(sentence: string): never {
  throw new TelegramRefusal('entities', sentence)
}
