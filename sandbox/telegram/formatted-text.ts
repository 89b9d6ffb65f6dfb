// Turns the text parameters of a call into trimmed text with entities, inside Telegram's limits.
import { parseHtml } from './parse-html.ts'
import { TelegramRefusal } from './refusals.ts'
import type { Entity, FormattedText } from './wire.ts'

const AUTOMATIC = /(?<![\w/])(?:\/[a-z0-9_]{1,32}(?:@\w+)?(?![\w/])|https?:\/\/[^\s<>"']+)/gi
const OPAQUE = new Set(['code', 'pre', 'text_link'])

type TextParameters = {
  text: string
  parse_mode?: string | undefined
  entities?: Entity[] | undefined
}

/** Refuses an unreadable text. */
export function formatText(parameters: TextParameters): FormattedText {
  return addAutomaticEntities(trim(read(parameters)))
}

function read({ text, parse_mode, entities }: TextParameters): FormattedText {
  if (parse_mode === undefined || parse_mode === '') return given(text, entities ?? [])
  if (parse_mode.toLowerCase() === 'html') return parseHtml(text)
  throw new TelegramRefusal('parseMode')
}

function given(text: string, entities: Entity[]): FormattedText {
  for (const { type, offset, length } of entities)
    if (offset < 0 || length <= 0 || offset + length > text.length)
      throw new TelegramRefusal('entities', `entity "${type}" is outside of the text`)
  return { text, entities }
}

function trim({ text, entities }: FormattedText): FormattedText {
  const trimmed = text.trim()
  const shift = text.length - text.trimStart().length
  const moved = entities.map((entity) => {
    const start = Math.max(entity.offset - shift, 0)
    const end = Math.min(entity.offset + entity.length - shift, trimmed.length)
    return { ...entity, offset: start, length: end - start }
  })
  return { text: trimmed, entities: moved.filter((entity) => entity.length > 0) }
}

function addAutomaticEntities({ text, entities }: FormattedText): FormattedText {
  const closed = entities.filter((entity) => OPAQUE.has(entity.type))
  const found = [...text.matchAll(AUTOMATIC)].map(({ 0: match, index }) => ({
    type: match.startsWith('/') ? 'bot_command' : 'url',
    offset: index,
    length: match.length,
  }))
  const free = found.filter((entity) => !closed.some((other) => overlap(entity, other)))
  const all = [...entities, ...free]
  return { text, entities: all.sort((a, b) => a.offset - b.offset || b.length - a.length) }
}

function overlap(a: Entity, b: Entity): boolean {
  return a.offset < b.offset + b.length && b.offset < a.offset + a.length
}
