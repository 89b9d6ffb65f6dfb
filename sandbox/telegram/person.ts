// What a person does in a chat with the bot; the chat page and the tests act through it.
import { formatText } from './formatted-text.ts'
import { seconds, type TelegramState } from './telegram-state.ts'
import type { Chat, Message, User } from './wire.ts'

/** A private chat has its person's id and names. */
function privateChat({ id, first_name, username }: User): Chat {
  return { id, type: 'private', first_name, ...(username && { username }) }
}

export function sendText(state: TelegramState, user: User, text: string): Message {
  const chat = privateChat(user)
  state.chats.open(chat)
  const { text: trimmed, entities } = formatText({ text })
  const message = state.chats.put({
    message_id: state.chats.nextMessageId(),
    from: user,
    chat,
    date: seconds(state),
    text: trimmed,
    ...(entities.length > 0 && { entities }),
  })
  state.updates.push('message', message)
  return message
}

/** Undefined for a message that this user has not sent. */
export function editText(
  state: TelegramState,
  user: User,
  messageId: number,
  text: string,
): Message | undefined {
  const old = state.chats.message(user.id, messageId)
  if (old?.from?.id !== user.id) return undefined
  const { text: trimmed, entities } = formatText({ text })
  const { entities: _, ...rest } = old
  const message = state.chats.put({
    ...rest,
    edit_date: seconds(state),
    text: trimmed,
    ...(entities.length > 0 && { entities }),
  })
  state.updates.push('edited_message', message)
  return message
}

/** Follows `t.me/bot?start=CODE`: sends `/start CODE` unless this chat has it already. */
export function followDeepLink(
  state: TelegramState,
  user: User,
  code: string,
): 'sent' | 'already sent' {
  const text = `/start ${code}`
  const mine = state.chats.messages(user.id).filter((message) => message.from?.id === user.id)
  if (mine.some((message) => message.text === text)) return 'already sent'
  sendText(state, user, text)
  return 'sent'
}

/**
 * Presses the button that carries `data` on a message of this chat.
 * Returns the callback query's id, or undefined when the message has no such button (any more).
 */
export function pressButton(
  state: TelegramState,
  user: User,
  messageId: number,
  data: string,
): string | undefined {
  const message = state.chats.message(user.id, messageId)
  const buttons = message?.reply_markup?.inline_keyboard.flat() ?? []
  if (!buttons.some((button) => button.callback_data === data)) return undefined
  const id = state.queries.open(user.id)
  const chat_instance = String(user.id * 1_000_003)
  state.updates.push('callback_query', { id, from: user, message, chat_instance, data })
  return id
}

/** For both sides. False for a message that is not there. */
export function deleteMessage(state: TelegramState, user: User, messageId: number): boolean {
  if (state.chats.message(user.id, messageId) === undefined) return false
  state.chats.remove(user.id, messageId)
  return true
}
