// Builds what a message holds, text or photo, from the parameters that sending and editing share.
import { z } from 'zod'
import { chatId, type Request } from './define-method.ts'
import { formatText } from './formatted-text.ts'
import { TelegramRefusal } from './refusals.ts'
import type { TelegramState } from './telegram-state.ts'
import type { Entity, Message, PhotoSize } from './wire.ts'

/** In UTF-16 code units, as entities are counted, and after parsing. */
const MAX_TEXT_LENGTH = 4096
const MAX_CAPTION_LENGTH = 1024

/** In the Bot API's documentation a message is named by these two, or by an inline id. */
export const messageName = {
  chat_id: chatId.optional(),
  message_id: z.int().optional(),
}

export const entityList = z.array(
  z
    .object({
      type: z
        .enum(['bold', 'italic', 'underline', 'strikethrough', 'spoiler', 'blockquote'])
        .or(z.enum(['code', 'pre', 'text_link', 'bot_command', 'url', 'expandable_blockquote'])),
      offset: z.int(),
      length: z.int(),
      url: z.string().optional(),
      language: z.string().optional(),
    })
    .transform(
      ({ url, language, ...entity }): Entity => ({
        ...entity,
        ...(url !== undefined && { url }),
        ...(language !== undefined && { language }),
      }),
    ),
)

export const captionParameters = {
  caption: z.string().optional(),
  parse_mode: z.string().optional(),
  caption_entities: entityList.optional(),
  show_caption_above_media: z.boolean().optional(),
}

type CaptionParameters = {
  caption?: string | undefined
  parse_mode?: string | undefined
  caption_entities?: Entity[] | undefined
  show_caption_above_media?: boolean | undefined
}

export type Content = Pick<
  Message,
  | 'text'
  | 'entities'
  | 'photo'
  | 'caption'
  | 'caption_entities'
  | 'show_caption_above_media'
  | 'has_media_spoiler'
  | 'reply_markup'
>

export function textContent(parameters: {
  text?: string | undefined
  parse_mode?: string | undefined
  entities?: Entity[] | undefined
}): Content {
  const { text, entities } = formatText({ ...parameters, text: parameters.text ?? '' })
  if (text === '') throw new TelegramRefusal('textEmpty')
  if (text.length > MAX_TEXT_LENGTH) throw new TelegramRefusal('textTooLong')
  return { text, ...(entities.length > 0 && { entities }) }
}

export function captionContent(parameters: CaptionParameters): Content {
  const { caption = '', parse_mode, caption_entities, show_caption_above_media } = parameters
  const { text, entities } = formatText({ text: caption, parse_mode, entities: caption_entities })
  if (text.length > MAX_CAPTION_LENGTH) throw new TelegramRefusal('captionTooLong')
  return {
    ...(text !== '' && { caption: text }),
    ...(entities.length > 0 && { caption_entities: entities }),
    ...(show_caption_above_media && { show_caption_above_media }),
  }
}

/** A photo is an upload named by the field, an `attach://` upload, or the id of an earlier one. */
export function photoContent(
  { photos }: TelegramState,
  { files }: Request,
  media: string | undefined,
): { photo: PhotoSize[] } {
  const upload = files.get(media?.startsWith('attach://') ? media.slice(9) : 'photo')
  if (upload) return { photo: [photos.add(upload.bytes)] }
  if (media === undefined || media === '') throw new TelegramRefusal('noPhoto')
  const known = photos.find(media)
  if (!known) throw new TelegramRefusal('photoIdentifier')
  return { photo: [known.size] }
}
