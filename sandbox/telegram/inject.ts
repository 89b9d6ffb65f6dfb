// Puts a forged update before the bot: anything an attacker or another chat might send.
import { z } from 'zod'
import type { TelegramState } from './telegram-state.ts'

const withChat = z.looseObject({
  chat: z.looseObject({
    id: z.int(),
    type: z.enum(['private', 'group', 'supergroup', 'channel']),
  }),
})

/**
 * Delivered once, unchanged. The chat it comes from becomes reachable, so that a bot
 * which answers a stranger succeeds and is seen doing it. Returns the update's id.
 */
export function inject(
  state: TelegramState,
  update: { update_id?: number | undefined; [kind: string]: unknown },
): number {
  for (const payload of Object.values(update)) {
    const message = z.looseObject({ message: z.unknown() }).safeParse(payload).data?.message
    const read = withChat.safeParse(message ?? payload)
    if (read.success) state.chats.open({ id: read.data.chat.id, type: read.data.chat.type })
  }
  return state.updates.inject(update)
}
