// An API key as ccxt wants it.
import { KeysideError } from '@keyside/runtime'

export interface ApiKeys {
  readonly apiKey: string
  /** An HMAC secret, or a private key as PEM. */
  readonly secret: string
}

/**
 * A PEM gets bare line ends: ccxt takes an Ed25519 key for an RSA key when it is over 120 characters long.
 * Throws a KeysideError `exchange_key_malformed`, which does not say what the key is.
 */
export function normalizeKeys({ apiKey, secret }: ApiKeys): ApiKeys {
  const clean = secret.replace(/\r\n?/g, '\n').trim()
  const isPem = clean.startsWith('-----BEGIN ')
  if (!/^[\x21-\x7e]+$/.test(apiKey) || !(isPem || /^[\x21-\x7e]+$/.test(clean)))
    throw new KeysideError(
      'exchange_key_malformed',
      'the API key or its secret is empty or holds spaces: add it again with "keyside keys add"',
    )
  return { apiKey, secret: clean }
}
