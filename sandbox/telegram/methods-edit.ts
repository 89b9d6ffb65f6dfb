// The methods by which a bot changes or removes a message.
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { chatId, defineMethod } from './define-method.ts'
import { checkKeyboard, inlineKeyboard } from './keyboard.ts'
import {
  type Content,
  captionContent,
  captionParameters,
  entityList,
  messageName,
  photoContent,
  textContent,
} from './message-content.ts'
import { TelegramRefusal } from './refusals.ts'
import { seconds, type TelegramState } from './telegram-state.ts'
import type { Message } from './wire.ts'

/** Telegram lets a message be removed for both sides during two days. */
const DELETABLE_SECONDS = 48 * 3600

const editing = { ...messageName, reply_markup: inlineKeyboard.optional() }

type Editing = z.output<z.ZodObject<typeof editing>>

export const editMessageText = defineMethod(
  {
    ...editing,
    text: z.string().optional(),
    parse_mode: z.string().optional(),
    entities: entityList.optional(),
    link_preview_options: z.object({ is_disabled: z.boolean().optional() }).optional(),
  },
  (state, parameters) =>
    edit(state, parameters, (old) => {
      if (old.text === undefined) throw new TelegramRefusal('noTextToEdit')
      return textContent(parameters)
    }),
)

export const editMessageCaption = defineMethod(
  { ...editing, ...captionParameters },
  (state, parameters) =>
    edit(state, parameters, (old) => {
      if (!old.photo) throw new TelegramRefusal('noCaptionToEdit')
      const spoiler = old.has_media_spoiler && { has_media_spoiler: true }
      return { photo: old.photo, ...spoiler, ...captionContent(parameters) }
    }),
)

export const editMessageMedia = defineMethod(
  {
    ...editing,
    media: z.object({
      type: z.literal('photo'),
      media: z.string(),
      ...captionParameters,
      has_spoiler: z.boolean().optional(),
    }),
  },
  (state, parameters, request) =>
    edit(state, parameters, () => ({
      ...photoContent(state, request, parameters.media.media),
      ...captionContent(parameters.media),
      ...(parameters.media.has_spoiler && { has_media_spoiler: true }),
    })),
)

export const editMessageReplyMarkup = defineMethod(editing, (state, parameters) =>
  edit(state, parameters, contentOf),
)

export const deleteMessage = defineMethod(
  { chat_id: chatId.optional(), message_id: z.int().optional() },
  (state, parameters) => {
    const message = named(state, parameters, 'deleteNotFound')
    if (seconds(state) - message.date > DELETABLE_SECONDS)
      throw new TelegramRefusal('deleteTooLate')
    state.chats.remove(message.chat.id, message.message_id)
    return true
  },
)

/** An edit without reply_markup takes the buttons away: that is how Telegram does it. */
function edit(
  state: TelegramState,
  parameters: Editing,
  change: (old: Message) => Content,
): Message {
  const old = named(state, parameters, 'editNotFound')
  if (old.from?.id !== state.bot.id) throw new TelegramRefusal('editForbidden')
  const { reply_markup: _, ...changed } = change(old)
  const keyboard = checkKeyboard(parameters.reply_markup)
  const content = { ...changed, ...(keyboard && { reply_markup: keyboard }) }
  if (isDeepStrictEqual(content, contentOf(old))) throw new TelegramRefusal('notModified')
  const { message_id, from, chat, date, reply_to_message, has_protected_content } = old
  return state.chats.put({
    message_id,
    from,
    chat,
    date,
    edit_date: seconds(state),
    ...(reply_to_message && { reply_to_message }),
    ...(has_protected_content && { has_protected_content }),
    ...content,
  })
}

function named(
  { chats }: TelegramState,
  {
    chat_id,
    message_id,
  }: { chat_id?: number | string | undefined; message_id?: number | undefined },
  refusal: 'editNotFound' | 'deleteNotFound',
): Message {
  if (chat_id === undefined || message_id === undefined) throw new TelegramRefusal('messageUnnamed')
  const found = chats.message(chats.reach(chat_id).id, message_id)
  if (!found) throw new TelegramRefusal(refusal)
  return found
}

function contentOf(message: Message): Content {
  const { text, entities, photo, caption, caption_entities, reply_markup } = message
  const { show_caption_above_media, has_media_spoiler } = message
  return {
    ...(text !== undefined && { text }),
    ...(entities && { entities }),
    ...(photo && { photo }),
    ...(caption !== undefined && { caption }),
    ...(caption_entities && { caption_entities }),
    ...(show_caption_above_media && { show_caption_above_media }),
    ...(has_media_spoiler && { has_media_spoiler }),
    ...(reply_markup && { reply_markup }),
  }
}
