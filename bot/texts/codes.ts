// All codes of the bot. docs/errors.md explains each one.

/** Reasons not to start; thrown as a KeysideError. */
const BOT_START_CODES = ['telegram_token_malformed', 'bot_database_unusable', 'bot_locked'] as const

/** Logged with a sentence; the bot keeps running. */
export const BOT_LOG_CODES = [
  'telegram_token_refused',
  'telegram_conflict',
  'telegram_unreachable',
  'telegram_limited',
  'telegram_blocked',
  'telegram_message_refused',
  'claim_code_wrong',
  'claim_code_burned',
  'stranger_ignored',
  'callback_refused',
  'approval_not_sent',
  'chart_failed',
  'report_refused',
  'report_not_shown',
  'reports_lost',
  'handler_failed',
] as const

export const BOT_CODES = [...BOT_START_CODES, ...BOT_LOG_CODES] as const

export type BotLogCode = (typeof BOT_LOG_CODES)[number]
