// What a failed call to Telegram means for the message. Only plain words leave here, never the error: it may hold the token.
import { GrammyError } from 'grammy'
import type { BotLogCode } from '../codes.ts'

export type Verdict =
  /** Telegram shows it already. */
  | { readonly outcome: 'done' }
  | { readonly outcome: 'wait'; readonly code: BotLogCode; readonly ms: number }
  /** Telegram will never take it. */
  | { readonly outcome: 'drop'; readonly code: BotLogCode; readonly why: string }

const SECOND = 1000
const LONGEST_BACKOFF_MS = 60 * SECOND

/** `failures`: how often in a row, this one included. */
export function judgeFailure(error: unknown, failures: number): Verdict {
  const backoff = Math.min(LONGEST_BACKOFF_MS, SECOND * 2 ** (failures - 1))
  const unreachable = { outcome: 'wait', code: 'telegram_unreachable', ms: backoff } as const
  if (!(error instanceof GrammyError)) return unreachable
  const { error_code, description, parameters } = error
  if (error_code === 429)
    return {
      outcome: 'wait',
      code: 'telegram_limited',
      ms: (parameters.retry_after ?? 1) * SECOND,
    }
  if (error_code === 401 || error_code === 404)
    return { outcome: 'wait', code: 'telegram_token_refused', ms: 30 * SECOND }
  if (error_code === 403) return { outcome: 'wait', code: 'telegram_blocked', ms: 30 * SECOND }
  if (description.includes('message is not modified')) return { outcome: 'done' }
  if (error_code === 400)
    return { outcome: 'drop', code: 'telegram_message_refused', why: description }
  return unreachable
}

export const TELEGRAM_SENTENCES: ReadonlyMap<BotLogCode, string> = new Map([
  [
    'telegram_token_refused',
    'Telegram does not know this bot token: get the current one from @BotFather and put it into the token file, then restart the bot',
  ],
  [
    'telegram_conflict',
    'another program reads the updates of this bot: stop it, or get a new token from @BotFather if it is not yours',
  ],
  ['telegram_unreachable', 'Telegram cannot be reached; trying again'],
  ['telegram_limited', 'Telegram asks for a pause; going on after it'],
  ['telegram_blocked', 'the owner has blocked the bot in Telegram: unblock it there'],
])
