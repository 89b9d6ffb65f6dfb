// Checks the bot's token and its polling from another program, while the bot may be running.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Clock } from '@keyside/runtime'
import type { BotConfig } from './config.ts'
import { classifyPollError, TELEGRAM_SENTENCES } from './outbox/telegram-errors.ts'
import { openStore } from './store/open.ts'
import { findProblem } from './store/telegram-problem.ts'
import { createTelegram } from './telegram.ts'
import type { BotLogCode } from './texts/codes.ts'

/** The running bot records a conflict at least this often, ms. */
const FRESH_MS = 60_000

export type TelegramCheck =
  | { readonly ok: true; readonly username: string }
  /** The message says what to do. */
  | { readonly ok: false; readonly code: BotLogCode; readonly message: string }

/**
 * Asks Telegram whose token it is. It reads no updates: that would take them from the running bot.
 * Throws a KeysideError for a token file that cannot be read or holds none.
 */
export async function checkTelegram(
  config: Pick<BotConfig, 'telegram' | 'database'>,
  { home, clock }: { readonly home: string; readonly clock: Clock },
): Promise<TelegramCheck> {
  const { api } = createTelegram(config, { home, clock })
  const asked = await api.getMe().then(
    ({ username }): TelegramCheck => ({ ok: true, username }),
    (error: unknown) => refusal(classifyPollError(error, 1).code),
  )
  const isRead = asked.ok && hasConflict(resolve(home, config.database), clock.now())
  return isRead ? refusal('telegram_conflict') : asked
}

function refusal(code: BotLogCode): TelegramCheck {
  return { ok: false, code, message: TELEGRAM_SENTENCES.get(code) ?? code }
}

/** Only the bot that polls sees a conflict. `now` in Unix ms. */
function hasConflict(path: string, now: number): boolean {
  if (!existsSync(path)) return false
  const store = openStore(path)
  try {
    const problem = findProblem(store)
    return problem?.code === 'telegram_conflict' && now - problem.at < FRESH_MS
  } finally {
    store.close()
  }
}
