// The methods by which a bot writes into a chat.
import { z } from 'zod'
import { chatId, defineMethod } from './define-method.ts'
import { checkKeyboard, replyMarkup } from './keyboard.ts'
import {
  type Content,
  captionContent,
  captionParameters,
  entityList,
  photoContent,
  textContent,
} from './message-content.ts'
import { TelegramRefusal } from './refusals.ts'
import { seconds, type TelegramState } from './telegram-state.ts'
import type { Message } from './wire.ts'

const linkPreview = z.object({
  is_disabled: z.boolean().optional(),
  url: z.string().optional(),
  prefer_small_media: z.boolean().optional(),
  prefer_large_media: z.boolean().optional(),
  show_above_text: z.boolean().optional(),
})

const delivery = {
  chat_id: chatId.optional(),
  disable_notification: z.boolean().optional(),
  protect_content: z.boolean().optional(),
  reply_parameters: z
    .object({
      message_id: z.int(),
      chat_id: chatId.optional(),
      allow_sending_without_reply: z.boolean().optional(),
    })
    .optional(),
  reply_markup: replyMarkup.optional(),
}

type Delivery = z.output<z.ZodObject<typeof delivery>>

export const sendMessage = defineMethod(
  {
    ...delivery,
    text: z.string().optional(),
    parse_mode: z.string().optional(),
    entities: entityList.optional(),
    link_preview_options: linkPreview.optional(),
  },
  (state, parameters) => deliver(state, parameters, () => textContent(parameters)),
)

export const sendPhoto = defineMethod(
  {
    ...delivery,
    ...captionParameters,
    photo: z.string().optional(),
    has_spoiler: z.boolean().optional(),
  },
  (state, parameters, request) =>
    deliver(state, parameters, () => ({
      ...photoContent(state, request, parameters.photo),
      ...captionContent(parameters),
      ...(parameters.has_spoiler && { has_media_spoiler: true }),
    })),
)

const ACTIONS = [
  'typing',
  'upload_photo',
  'record_video',
  'upload_video',
  'record_voice',
  'upload_voice',
  'upload_document',
  'choose_sticker',
  'find_location',
  'record_video_note',
  'upload_video_note',
] as const

export const sendChatAction = defineMethod(
  { chat_id: chatId.optional(), action: z.enum(ACTIONS) },
  ({ chats }, { chat_id, action }) => {
    if (chat_id === undefined) throw new TelegramRefusal('chatIdEmpty')
    chats.tell(chats.reach(chat_id).id, { type: 'action', action })
    return true
  },
)

function deliver(state: TelegramState, parameters: Delivery, content: () => Content): Message {
  if (parameters.chat_id === undefined) throw new TelegramRefusal('chatIdEmpty')
  const chat = state.chats.reach(parameters.chat_id)
  const built = content()
  const keyboard = checkKeyboard(parameters.reply_markup)
  const replied = repliedMessage(state, chat.id, parameters.reply_parameters)
  return state.chats.put({
    message_id: state.chats.nextMessageId(),
    from: state.bot,
    chat,
    date: seconds(state),
    ...built,
    ...(replied && { reply_to_message: replied }),
    ...(parameters.protect_content && { has_protected_content: true }),
    ...(keyboard && { reply_markup: keyboard }),
  })
}

function repliedMessage(
  { chats }: TelegramState,
  chatId: number,
  reply: Delivery['reply_parameters'],
): Message | undefined {
  if (!reply) return undefined
  const found = chats.message(Number(reply.chat_id ?? chatId), reply.message_id)
  if (!found && !reply.allow_sending_without_reply) throw new TelegramRefusal('repliedNotFound')
  if (!found) return undefined
  // Telegram never nests a second reply inside the first.
  const { reply_to_message: _, ...shallow } = found
  return shallow
}
