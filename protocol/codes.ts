// Every reason for which a token is refused. docs/errors.md explains each one; a test keeps both in step.
import { ENROLL_REFUSALS } from './claims/enroll.ts'

export const VERIFY_CODES = [
  'token_too_large',
  'token_malformed',
  'token_not_canonical',
  'header_not_pinned',
  'kind_unexpected',
  'key_revoked',
  'signature_invalid',
  'json_malformed',
  'json_duplicate_name',
  'json_forbidden_name',
  'json_too_deep',
  'claims_invalid',
  'issuer_mismatch',
  'audience_mismatch',
  'topic_mismatch',
  'key_expired',
  'key_out_of_scope',
  'issued_in_future',
  'life_too_long',
  'expired',
] as const

export type VerifyCode = (typeof VERIFY_CODES)[number]

export const KEY_CODES = ['key_refused'] as const

/** Why an enrolment is refused: by its form, or in the authority's answer. */
export const ENROLL_CODES = ['enroll_mac_invalid', ...ENROLL_REFUSALS] as const

/** Why an invitation is not followed. */
export const INVITATION_CODES = ['invitation_malformed', 'invitation_plaintext'] as const

/** Why a keyset is not taken, besides those of its tokens. */
export const KEYSET_CODES = [
  'keyset_root_unknown',
  'keyset_signatures_missing',
  'keyset_version_old',
  'keyset_twice',
  'keyset_expired',
] as const

export type KeysetCode = (typeof KEYSET_CODES)[number]
