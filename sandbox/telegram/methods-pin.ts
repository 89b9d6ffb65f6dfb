// The methods by which a bot pins a message of a chat, and unpins it.
import { z } from 'zod'
import { chatId, defineMethod } from './define-method.ts'
import { TelegramRefusal } from './refusals.ts'
import { seconds } from './telegram-state.ts'

/** Pinning makes a service message, of which the bot itself hears too. */
export const pinChatMessage = defineMethod(
  {
    chat_id: chatId,
    message_id: z.int(),
    disable_notification: z.boolean().optional(),
  },
  (state, { chat_id, message_id }) => {
    const { chats, bot, updates } = state
    const chat = chats.reach(chat_id)
    const found = chats.message(chat.id, message_id)
    if (found === undefined || found.pinned_message) throw new TelegramRefusal('pinNotFound')
    if (chats.pinned(chat.id)[0] === message_id) return true
    chats.pin(chat.id, message_id)
    const { reply_to_message: _, ...pinned_message } = found
    const date = seconds(state)
    const service = { message_id: chats.nextMessageId(), from: bot, chat, date, pinned_message }
    chats.put(service)
    updates.push('message', service)
    return true
  },
)

/** Without a message: the newest pin. */
export const unpinChatMessage = defineMethod(
  { chat_id: chatId, message_id: z.int().optional() },
  ({ chats }, { chat_id, message_id }) => {
    const chat = chats.reach(chat_id)
    const named = message_id ?? chats.pinned(chat.id)[0]
    if (named === undefined || chats.message(chat.id, named) === undefined)
      throw new TelegramRefusal('unpinNotFound')
    chats.unpin(chat.id, named)
    return true
  },
)
