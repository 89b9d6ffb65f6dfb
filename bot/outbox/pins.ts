// Keeps messages that wait for the trader pinned in the chat.
import { type Api, GrammyError } from 'grammy'
import type { Message, Shown } from '../store/messages.ts'

/** True once it is pinned. Nothing depends on a pin: if it fails, the next edit tries again. */
export async function pinIfWanted(
  api: Api,
  { chat, content }: Message,
  { telegram, pinned }: Shown,
): Promise<boolean> {
  if (content.pin !== true || pinned || telegram === null) return false
  // The message itself has rung.
  const silently = { disable_notification: true }
  return api.pinChatMessage(chat, telegram, silently).catch(() => false)
}

/** Before the edit, so that a connection that fails is tried again with it. Rejects with grammY's errors. */
export async function unpinIfOver(
  api: Api,
  { chat, telegram, content, pinned }: Message,
): Promise<void> {
  if (!pinned || content.pin === true || telegram === null) return
  try {
    await api.unpinChatMessage(chat, telegram)
  } catch (error) {
    if (!(error instanceof GrammyError && error.error_code === 400)) throw error
  }
}
