// Cheap keys: everything of signing and verifying runs for real except the curve, which a keyed hash replaces.
import { createHash } from 'node:crypto'
import type { Input } from '../executor/core/execution/inputs.ts'
import { botKeyring, engineKeyring } from '../executor/providers/verify-message.ts'
import { HOME, hashText, keyring, type PublicKey, type SigningKey } from '../protocol/index.ts'

/** Ed25519 would take four fifths of a run; protocol/ tests it on its own. */
export function cheapKey(name: string): SigningKey & PublicKey {
  const sign = (message: Uint8Array) => createHash('sha512').update(name).update(message).digest()
  return {
    kid: hashText(name),
    publicKey: hashText(name),
    sign,
    verify: (message, signature) => sign(message).equals(signature),
  }
}

export const ENGINE_KEY = cheapKey('engine')
export const BOT_KEY = cheapKey('bot')
export const DEVICE_KEY = cheapKey('device')

export const DEVICE = 'device'

/** One of its streams is called as one of the trader's own. */
export const NORTH = 'north'

export const NORTH_KEY = cheapKey('north 1')
export const NORTH_NEXT_KEY = cheapKey('north 2')

/** Both keys are believed by whoever reads the line, so that the core alone has to know which one counts. */
export const NORTH_SIGNER = {
  name: NORTH,
  keyring: keyring(
    [NORTH_KEY, NORTH_NEXT_KEY].map((key) => ({ key, issuer: NORTH, kinds: ['signal', 'head'] })),
  ),
}

export const PROVIDER = { name: HOME, keyring: engineKeyring(HOME, ENGINE_KEY) }
/** As the shell says it at each start. */
export const INTRODUCED: Input = {
  type: 'provider',
  provider: HOME,
  root: hashText('root'),
  status: 'followed',
  message: '',
}
export const BOT_KEYRING = botKeyring('bot', BOT_KEY)

/** Secrets of the device that must never be written anywhere. */
export const SALT = hash('salt')
export const CODE_SECRET = hash('authenticator')

function hash(text: string): Uint8Array {
  return createHash('sha256').update(text).digest()
}
