// Every reason the engine gives to a person. docs/errors.md explains each one; a test keeps both in step.

export const ENGINE_CODES = [
  'engine_locked',
  'strategies_missing',
  'strategy_invalid',
  'strategy_name_taken',
  'strategy_market_held',
  'market_unknown',
  'candles_too_few',
  'feed_unreachable',
  'feed_silent',
  'feed_gap',
  'clock_differs',
  'stop_not_positive',
  'stream_failed',
] as const

export type EngineCode = (typeof ENGINE_CODES)[number]
