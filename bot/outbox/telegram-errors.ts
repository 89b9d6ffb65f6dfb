// What a failed call to Telegram means for the message. Only codes and texts are returned, never the error itself: it may hold the token.
import { GrammyError } from 'grammy'
import type { BotLogCode } from '../texts/codes.ts'

export interface Wait {
  readonly outcome: 'wait'
  readonly code: BotLogCode
  readonly ms: number
}

export type SendFailure =
  /** Telegram shows it already. */
  | { readonly outcome: 'done' }
  /** Somebody has deleted it, or it can be edited no more. */
  | { readonly outcome: 'gone' }
  | Wait
  /** Telegram will never take it. */
  | { readonly outcome: 'drop'; readonly code: BotLogCode; readonly why: string }

const SECOND = 1000
/** For an edit: the number belongs to another message now, as after Telegram started its numbers again, so this one counts as deleted. */
const GONE = ['message to edit not found', "message can't be edited"]
/** Short enough for the bot to be back within five seconds of the connection. */
const MAX_BACKOFF_MS = 4 * SECOND

/** `failures`: how often in a row, this one included. */
export function classifySendError(error: unknown, failures: number): SendFailure {
  const unreachable = waiting('telegram_unreachable', failures)
  if (!(error instanceof GrammyError)) return unreachable
  const { error_code, description, parameters } = error
  if (error_code === 429)
    return {
      outcome: 'wait',
      code: 'telegram_limited',
      ms: (parameters.retry_after ?? 1) * SECOND,
    }
  if (error_code === 401 || error_code === 404) return waiting('telegram_token_refused', failures)
  // A bot cannot write first: the chat begins with the owner's first message.
  if (error_code === 403 || description.includes('chat not found'))
    return { outcome: 'wait', code: 'telegram_blocked', ms: 30 * SECOND }
  if (description.includes('message is not modified')) return { outcome: 'done' }
  if (GONE.some((words) => description.includes(words))) return { outcome: 'gone' }
  if (error_code === 400)
    return { outcome: 'drop', code: 'telegram_message_refused', why: description }
  return unreachable
}

/** Telegram has answered that it did nothing. A server's own trouble (5xx) says nothing of what was done before it. */
export function wasRefused(error: unknown): boolean {
  return error instanceof GrammyError && error.error_code >= 400 && error.error_code < 500
}

/** What a failed poll means: nothing is dropped, it is always tried again. */
export function classifyPollError(error: unknown, failures: number): Wait {
  if (error instanceof GrammyError && error.error_code === 409)
    return waiting('telegram_conflict', failures)
  const verdict = classifySendError(error, failures)
  return verdict.outcome === 'wait' ? verdict : waiting('telegram_unreachable', failures)
}

function waiting(code: BotLogCode, failures: number): Wait {
  const ms = Math.min(MAX_BACKOFF_MS, SECOND * 2 ** (failures - 1))
  return { outcome: 'wait', code, ms }
}

export const TELEGRAM_SENTENCES: ReadonlyMap<BotLogCode, string> = new Map([
  [
    'telegram_token_refused',
    'Telegram does not take the token of this bot: get the current one from @BotFather, put it into the token file, and restart the bot',
  ],
  [
    'telegram_conflict',
    'another program reads the updates of this bot: stop it, or get a new token from @BotFather if it is not yours',
  ],
  [
    'telegram_unreachable',
    'Telegram cannot be reached, and is tried again all the time: look at the connection, and where a network blocks it name a proxy in bot.telegram.proxy',
  ],
  ['telegram_limited', 'Telegram asks for a pause; going on after it'],
  [
    'telegram_blocked',
    'the owner has blocked the bot in Telegram, or has no chat with it: unblock it there, and write /start to it',
  ],
])
