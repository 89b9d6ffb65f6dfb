// All codes of the authority and of the tools for roots and keysets. docs/errors.md explains each one.

export const AUTHORITY_CODES = [
  'authority_locked',
  'root_missing',
  'root_key_foreign',
  'keyset_missing',
  'keyset_malformed',
  'keyset_ends_soon',
  'keyset_unsigned',
  'key_unknown',
  'key_rotation_open',
  'plan_unknown',
  'subscriber_exists',
  'subscriber_unknown',
  'subscriber_name_reserved',
  'subscription_ended',
  'request_quota',
] as const
