// A message whose sending was never answered: Telegram may show it all the same, and sent again it would stand there twice.
// The Bot API can neither read a chat nor be told that two calls are one. But it numbers the messages of a bot one after
// the other, and lets a bot edit its own messages alone: so the numbers that follow the last known one are edited to
// what the message is to say. The one that takes it is the lost one. None of them is any other message of this bot's.
import { GrammyError } from 'grammy'
import type { Message, Shown } from '../store/messages.ts'

/** Numbers that are looked at: what the owner wrote meanwhile, and what was pinned, have one too. */
const NUMBERS = 4

export interface LostDeps {
  /** Whether another message of the outbox has this number. */
  readonly isKnown: (chat: number, telegram: number) => boolean
}

/** Null when Telegram does not show it. Rejects with grammY's errors where it is not known whether it does. */
export async function findLost(
  { isKnown }: LostDeps,
  { chat, content, attempt }: Message,
  edit: (shown: Shown) => Promise<void>,
): Promise<Shown | null> {
  // Telegram never lets a message be edited that opens a reply.
  if (attempt === null || content.replyHint !== undefined) return null
  const forms = content.chart === undefined ? (['text'] as const) : (['photo', 'text'] as const)
  for (let telegram = attempt + 1; telegram <= attempt + NUMBERS; telegram += 1) {
    if (isKnown(chat, telegram)) continue
    for (const form of forms) {
      const shown = { telegram, form, pinned: false }
      if (await isTaken(edit(shown))) return shown
    }
  }
  return null
}

async function isTaken(edited: Promise<void>): Promise<boolean> {
  try {
    await edited
    return true
  } catch (error) {
    if (!(error instanceof GrammyError) || error.error_code !== 400) throw error
    return error.description.includes('message is not modified')
  }
}
