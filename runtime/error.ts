// An error that a person can act on: a stable code, what happened, what to do.

export class KeysideError extends Error {
  override name = 'KeysideError'
  /** One of the codes of docs/errors.md. */
  readonly code: string

  constructor(code: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}

/** Why a broker's TLS is not trusted. */
export const TLS_CODES = [
  'broker_tls_wrong_host',
  'broker_tls_expired',
  'broker_tls_unknown_ca',
  'broker_tls_self_signed',
  'broker_tls_other_key',
  'broker_tls_old',
  'broker_tls_failed',
] as const

export type TlsCode = (typeof TLS_CODES)[number]

export const RUNTIME_CODES = [
  'home_unknown',
  'config_missing',
  'config_invalid',
  'file_not_private',
  'file_unreadable',
  'file_refused',
  'address_invalid',
  'proxy_credentials_malformed',
  'database_busy',
  'database_other',
  'broker_unreachable',
  'broker_refused',
  'broker_plaintext',
  'client_taken_over',
  ...TLS_CODES,
  'keyset_unseen',
  'invitation_refused',
  'enrolment_unanswered',
  'enrolment_answer_invalid',
  'vault_missing',
  'vault_exists',
  'vault_damaged',
  'vault_passphrase_wrong',
  'vault_passphrase_short',
  'backup_foreign',
  'backup_newer',
  'backup_damaged',
  'backup_passphrase_wrong',
] as const
