// Every reason for which a token is refused. docs/errors.md explains each one; a test keeps both in step.

export const VERIFY_CODES = [
  'token_too_large',
  'token_malformed',
  'token_not_canonical',
  'header_not_pinned',
  'kind_unexpected',
  'signature_invalid',
  'json_malformed',
  'json_duplicate_name',
  'json_forbidden_name',
  'json_too_deep',
  'claims_invalid',
  'issuer_mismatch',
  'audience_mismatch',
  'topic_mismatch',
  'issued_in_future',
  'life_too_long',
  'expired',
] as const

export type VerifyCode = (typeof VERIFY_CODES)[number]

export const KEY_CODES = ['key_refused'] as const
