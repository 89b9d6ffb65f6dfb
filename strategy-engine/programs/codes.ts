// Why the engine refuses what a program wants, besides the reasons for which any message is refused.

export const INTENT_CODES = [
  'intent_repeated',
  'intent_market',
  'intent_without_stop',
  'intent_levels',
  'intent_while_long',
  'intent_while_flat',
  'intent_quota',
  'intent_clock',
] as const

export type IntentCode = (typeof INTENT_CODES)[number]
