// What the command line itself refuses. docs/errors.md explains each code.

export const CLI_CODES = [
  'home_exists',
  'home_not_private',
  'role_missing',
  'provider_name_invalid',
  'certificate_incomplete',
  'home_missing',
  'executor_not_found',
  'executor_ambiguous',
  'executor_silent',
  'answer_missing',
  'passphrases_differ',
  'bot_token_malformed',
  'key_cannot_trade',
  'code_in_use',
  'order_ambiguous',
  'order_not_found',
  'sandbox_missing',
  'sandbox_ambiguous',
  'sandbox_refused',
  'fault_unknown',
] as const
