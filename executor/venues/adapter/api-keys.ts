// An API key as ccxt wants it.
import { KeysideError } from '@keyside/runtime'
import type { Dialect } from './dialect.ts'

export interface ApiKeys {
  readonly apiKey: string
  /** An HMAC secret, or a private key as PEM. */
  readonly secret: string
  /** Chosen with the key at venues that ask for one. */
  readonly passphrase?: string | undefined
  /** When it was added here, Unix ms: its age where the venue does not tell that. */
  readonly added?: number | undefined
}

const PRINTABLE = /^[\x21-\x7e]+$/

/**
 * A PEM gets bare line ends: ccxt takes an Ed25519 key for an RSA key when it is over 120 characters long.
 * Throws a KeysideError `exchange_key_malformed`, which does not say what the key is.
 */
export function normalizeKeys(
  { apiKey, secret, passphrase, added }: ApiKeys,
  { credentials }: Pick<Dialect, 'credentials'>,
): ApiKeys {
  const clean = secret.replace(/\r\n?/g, '\n').trim()
  const isPem = clean.startsWith('-----BEGIN ')
  if (!PRINTABLE.test(apiKey) || !(isPem || PRINTABLE.test(clean)))
    throw malformed('the API key or its secret is empty or holds spaces')
  if (!credentials.includes('passphrase')) return { apiKey, secret: clean, added }
  if (!passphrase) throw malformed('a key of this exchange has a passphrase, and this one has none')
  return { apiKey, secret: clean, passphrase, added }
}

/** In ccxt's words. */
export function credentialsOf({ apiKey, secret, passphrase }: ApiKeys) {
  return { apiKey, secret, ...(passphrase !== undefined && { password: passphrase }) }
}

/** Shorter texts may stand anywhere without being a key. */
const LEAST_HIDDEN = 8

/** What a venue says, where it repeats a credential: its words are told to people, and go to the chat. */
export function withoutKeys(text: string, keys: ApiKeys): string {
  return Object.values(credentialsOf(keys))
    .filter(({ length }) => length >= LEAST_HIDDEN)
    .reduce((clean, credential) => clean.replaceAll(credential, '[hidden]'), text)
}

function malformed(what: string): KeysideError {
  return new KeysideError('exchange_key_malformed', `${what}: add it again with "keyside keys add"`)
}
