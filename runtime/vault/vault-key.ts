// From a passphrase to the vault's key.
import { scrypt } from 'node:crypto'
import { promisify } from 'node:util'

/** scrypt's N: 128 MB and about half a second for every guess (r = 8, p = 1). */
export const SCRYPT_COST = 2 ** 17

const derive = promisify<string, Uint8Array, number, object, Buffer>(scrypt)

/** Off the event loop. The same letters typed in another way give the same key (Unicode NFKC). */
export function deriveKey(
  passphrase: string,
  { cost, salt }: { cost: number; salt: Uint8Array },
): Promise<Uint8Array> {
  const options = { N: cost, r: 8, p: 1, maxmem: 256 * 8 * cost }
  return derive(passphrase.normalize('NFKC'), salt, 32, options)
}
