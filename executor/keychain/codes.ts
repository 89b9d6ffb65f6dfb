// What can be wrong with a place for secrets. docs/errors.md explains each code.

export const KEYCHAIN_CODES = [
  'keychain_unavailable',
  'vault_missing',
  'vault_exists',
  'vault_passphrase_wrong',
  'vault_passphrase_short',
  'vault_damaged',
  'vault_read_only',
  'secret_missing',
  'secret_malformed',
  'key_in_use',
] as const
