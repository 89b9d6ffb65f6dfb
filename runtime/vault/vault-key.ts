// From a passphrase to the vault's key.
import { scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { KeysideError } from '../error.ts'

/** scrypt's N: 128 MB and about half a second for every guess (r = 8, p = 1). */
export const SCRYPT_COST = 2 ** 17

export const MIN_PASSPHRASE = 12

/** Throws `vault_passphrase_short`. */
export function requireLong(passphrase: string): void {
  if (passphrase.length >= MIN_PASSPHRASE) return
  throw new KeysideError(
    'vault_passphrase_short',
    `the passphrase needs at least ${MIN_PASSPHRASE} characters`,
  )
}

const derive = promisify<string, Uint8Array, number, object, Buffer>(scrypt)

/** Off the event loop. The same letters typed in another way give the same key (Unicode NFKC). */
export function deriveKey(
  passphrase: string,
  { cost, salt }: { cost: number; salt: Uint8Array },
): Promise<Uint8Array> {
  const options = { N: cost, r: 8, p: 1, maxmem: 256 * 8 * cost }
  return derive(passphrase.normalize('NFKC'), salt, 32, options)
}
