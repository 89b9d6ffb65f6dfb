// Who sent an update: one user in a private chat with the bot, or null.
import type { Update } from 'grammy/types'
import type { Owner } from './store/owner.ts'

/** Null for groups, channels, forwards, other bots, anonymous senders, and all that is no message or press. */
export function privateSender(update: Update): Owner | null {
  const { update_id: _, ...kinds } = update
  if (Object.keys(kinds).length !== 1) return null
  const message = update.message ?? update.edited_message
  if (message !== undefined) return senderOfMessage(message)
  return update.callback_query === undefined ? null : senderOfPress(update.callback_query)
}

function senderOfMessage(message: NonNullable<Update['message']>): Owner | null {
  const { from, chat, sender_chat, forward_origin, via_bot, sender_business_bot } = message
  if (sender_chat ?? forward_origin ?? via_bot ?? sender_business_bot) return null
  return inPrivate(from, chat)
}

function senderOfPress(press: NonNullable<Update['callback_query']>): Owner | null {
  // An inaccessible message has date 0; an inline message has no chat at all.
  if (press.message === undefined || press.message.date === 0) return null
  if (press.inline_message_id !== undefined) return null
  return inPrivate(press.from, press.message.chat)
}

function inPrivate(
  from: { id: number; is_bot: boolean } | undefined,
  chat: { id: number; type: string } | undefined,
): Owner | null {
  if (from?.is_bot !== false || chat?.type !== 'private') return null
  // A private chat has the number of its person.
  return chat.id === from.id ? { user: from.id, chat: chat.id } : null
}
