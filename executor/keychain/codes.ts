// Every code with which the keychain answers a person. docs/errors.md explains each one.

export const KEYCHAIN_CODES = [
  'keychain_unavailable',
  'vault_passphrase_missing',
  'key_in_use',
  'device_key_missing',
  'secret_malformed',
] as const
