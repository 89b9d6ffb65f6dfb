// Why updates do not come from Telegram, for checks from another program.
import { BOT_LOG_CODES, type BotLogCode } from '../texts/codes.ts'
import type { Store } from './open.ts'

/** While it lasts the time is renewed no more often than this, ms. */
const RENEWED_MS = 10_000

export interface TelegramProblem {
  readonly code: BotLogCode
  /** When it was last met, Unix ms. */
  readonly at: number
}

export function findProblem(store: Store): TelegramProblem | null {
  const row = store.prepare('SELECT code, at FROM telegram_problem').get()
  const code = BOT_LOG_CODES.find((known) => known === row?.['code'])
  return code === undefined ? null : { code, at: Number(row?.['at']) }
}

/** Null when there is none any more. `now` in Unix ms. */
export function noteProblem(store: Store, code: BotLogCode | null, now: number): void {
  const known = findProblem(store)
  if (code === null) store.exec('DELETE FROM telegram_problem')
  else if (known?.code !== code || now - known.at > RENEWED_MS)
    store.prepare('INSERT OR REPLACE INTO telegram_problem VALUES (1, ?, ?)').run(code, now)
}
