// Telegram writes a line of its own below each message that is pinned, in the name of the bot: it is taken out of the chat.
import type { Middleware } from 'grammy'

export interface PinNotesDeps {
  /** Takes a message out of the chat. */
  readonly erase: (chat: number, message: number) => Promise<void>
  /** Runs on by itself; its failure is logged. */
  readonly inBackground: (work: Promise<void>) => void
}

/** Before the owner's check: such a line is from the bot itself. */
export function erasePinNotes({ erase, inBackground }: PinNotesDeps): Middleware {
  return async (ctx, next) => {
    const { message } = ctx.update
    if (message?.pinned_message === undefined || message.from.id !== ctx.me.id) return next()
    inBackground(erase(message.chat.id, message.message_id).catch(() => undefined))
  }
}
