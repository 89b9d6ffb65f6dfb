// All codes of the engine. docs/errors.md explains each one; a test keeps both in step.
import { DATA_CODES } from './data/codes.ts'
import { FEED_CODES } from './market/feed.ts'
import { INTENT_CODES } from './programs/codes.ts'

export const ENGINE_CODES = [
  ...FEED_CODES,
  ...DATA_CODES,
  ...INTENT_CODES,
  'engine_locked',
  'engine_key_unlisted',
  'plan_unlisted',
  'subscribers_broken',
  'programs_broken',
  'program_stream_taken',
  'plan_not_subscribed',
  'stream_unknown',
  'request_quota',
  'strategies_missing',
  'strategy_invalid',
  'strategy_name_taken',
  'strategy_failed',
  'stream_moved',
  'plan_full',
  'plan_name_taken',
  'strategies_elsewhere',
  'strategy_unknown',
  'strategy_of_device',
  'trial_is_code',
  'trial_markets',
  'trial_name_long',
  'trial_orders_nothing',
  'trials_full',
  'param_unknown',
  'backtest_busy',
  'backtest_slow',
  'backtest_failed',
  'search_file_foreign',
  'candles_too_few',
  'stop_not_positive',
  'stream_failed',
] as const

export type EngineCode = (typeof ENGINE_CODES)[number]
