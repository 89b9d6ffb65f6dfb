// The methods the sandbox answers; every other name is not found. Those that send and edit messages have files of their own.
import { z } from 'zod'
import { chatId, defineMethod, type Method } from './define-method.ts'
import {
  deleteMessage,
  editMessageCaption,
  editMessageMedia,
  editMessageReplyMarkup,
  editMessageText,
} from './methods-edit.ts'
import { pinChatMessage, unpinChatMessage } from './methods-pin.ts'
import { sendChatAction, sendMessage, sendPhoto } from './methods-send.ts'
import { TelegramRefusal } from './refusals.ts'
import type { BotCommand } from './wire.ts'

// A bot introduces itself, and receives updates.
const getMe = defineMethod({}, ({ bot }) => ({
  ...bot,
  can_join_groups: true,
  can_read_all_group_messages: false,
  supports_guest_queries: false,
  supports_inline_queries: false,
  can_connect_to_business: false,
  has_main_web_app: false,
  has_topics_enabled: false,
  allows_users_to_create_topics: false,
  can_manage_bots: false,
  supports_join_request_queries: false,
}))

const getUpdates = defineMethod(
  {
    offset: z.int().optional(),
    limit: z.int().min(1).max(100).optional(),
    timeout: z.int().min(0).optional(),
    allowed_updates: z.array(z.string()).optional(),
  },
  ({ updates }, poll, { signal }) => updates.take(poll, signal),
)

const deleteWebhook = defineMethod(
  { drop_pending_updates: z.boolean().optional() },
  ({ updates }, { drop_pending_updates }) => {
    if (drop_pending_updates) updates.drop()
    return true
  },
)

const getWebhookInfo = defineMethod({}, ({ updates }) => ({
  url: '',
  has_custom_certificate: false,
  pending_update_count: updates.pending,
  ...(updates.allowed.length > 0 && { allowed_updates: updates.allowed }),
}))

// A pressed button is answered, and a stored file described.
const answerCallbackQuery = defineMethod(
  {
    callback_query_id: z.string(),
    text: z.string().optional(),
    show_alert: z.boolean().optional(),
    url: z.string().optional(),
    cache_time: z.int().min(0).optional(),
  },
  ({ queries, chats }, { callback_query_id, text = '', show_alert = false, url }) => {
    if (text.length > 200) throw new TelegramRefusal('answerTooLong')
    const chatId = queries.answer(callback_query_id)
    const link = url === undefined ? {} : { url }
    chats.tell(chatId, { type: 'answer', callback_query_id, text, show_alert, ...link })
    return true
  },
)

const getFile = defineMethod({ file_id: z.string() }, ({ photos }, { file_id }) => {
  const stored = photos.find(file_id)
  if (!stored) throw new TelegramRefusal('fileInvalid')
  const { file_unique_id, file_size } = stored.size
  return { file_id, file_unique_id, file_size, file_path: stored.path }
})

// A bot's command list.
const place = {
  scope: z
    .union([
      z.object({ type: z.enum(['default', 'all_private_chats', 'all_group_chats']) }),
      z.object({ type: z.literal('chat'), chat_id: chatId }),
    ])
    .optional(),
  language_code: z.string().optional(),
}

const setMyCommands = defineMethod(
  {
    commands: z.array(z.object({ command: z.string(), description: z.string() })).max(100),
    ...place,
  },
  ({ commands: lists, chats, users }, { commands, scope, language_code }) => {
    lists.set(scope, language_code ?? '', commands.map(checkCommand))
    for (const { id } of users) chats.tell(id, { type: 'commands', commands: lists.seenIn(id) })
    return true
  },
)

const getMyCommands = defineMethod(
  place,
  ({ commands: lists }, { scope, language_code }) => lists.get(scope, language_code ?? '') ?? [],
)

function checkCommand({ command, description }: BotCommand): BotCommand {
  const name = command.replace(/^\//, '')
  if (!/^[a-z0-9_]{1,32}$/.test(name)) throw new TelegramRefusal('commandInvalid')
  const length = description.trim().length
  if (length < 1 || length > 256) throw new TelegramRefusal('commandDescription')
  return { command: name, description: description.trim() }
}

export const METHODS: ReadonlyMap<string, Method> = new Map(
  Object.entries({
    answerCallbackQuery,
    deleteMessage,
    deleteWebhook,
    editMessageCaption,
    editMessageMedia,
    editMessageReplyMarkup,
    editMessageText,
    getFile,
    getMe,
    getMyCommands,
    getUpdates,
    getWebhookInfo,
    pinChatMessage,
    sendChatAction,
    sendMessage,
    sendPhoto,
    setMyCommands,
    unpinChatMessage,
  }),
)
