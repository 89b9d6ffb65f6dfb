// The secrets that Keyside keeps, by name and shape.
import { decodeBase64url, encodeBase64url, type SigningKey } from '@keyside/protocol'
import { signingKey } from '@keyside/protocol/node'
import { type Chance, KeysideError } from '@keyside/runtime'
import { z } from 'zod'
import type { Keychain } from './port.ts'

const exchangeKeys = z.strictObject({
  exchange: z.string().min(1),
  apiKey: z.string().min(1),
  /** HMAC secret, or an Ed25519 private key as PEM. */
  secret: z.string().min(1),
})

export type ExchangeKeys = z.infer<typeof exchangeKeys>

const DEVICE_KEY = 'device/signing-key'
const ORDER_SALT = 'device/order-salt'
const EXCHANGE = 'exchange/'

/** Throws `secret_missing` or `secret_malformed`. */
export async function readExchangeKeys(keychain: Keychain, account: string): Promise<ExchangeKeys> {
  const text = await keychain.get(EXCHANGE + account)
  if (text === null)
    throw new KeysideError(
      'secret_missing',
      `no exchange key for account "${account}": run "keyside keys add"`,
    )
  const parsed = exchangeKeys.safeParse(parse(text))
  if (!parsed.success) throw malformed(EXCHANGE + account)
  return parsed.data
}

/** Throws `key_in_use` when another account has the same API key: its orders and limits would mix. */
export async function storeExchangeKeys(
  keychain: Keychain,
  account: string,
  keys: ExchangeKeys,
): Promise<void> {
  for (const other of await accounts(keychain)) {
    if (other === account) continue
    const stored = await readExchangeKeys(keychain, other)
    if (stored.apiKey === keys.apiKey)
      throw new KeysideError(
        'key_in_use',
        `account "${other}" uses this API key already: make another one for "${account}"`,
      )
  }
  await keychain.set(EXCHANGE + account, JSON.stringify(exchangeKeys.parse(keys)))
}

export function removeExchangeKeys(keychain: Keychain, account: string): Promise<boolean> {
  return keychain.remove(EXCHANGE + account)
}

export async function accounts(keychain: Keychain): Promise<readonly string[]> {
  const names = await keychain.names()
  return names
    .filter((name) => name.startsWith(EXCHANGE))
    .map((name) => name.slice(EXCHANGE.length))
}

/** The key that signs reports; made once, when `keyside init` runs. */
export async function deviceKey(keychain: Keychain, chance: Chance): Promise<SigningKey> {
  return signingKey(await bytes(keychain, DEVICE_KEY, chance))
}

/** What makes client order ids unguessable; made once, and never changed while orders are open. */
export function orderSalt(keychain: Keychain, chance: Chance): Promise<Uint8Array> {
  return bytes(keychain, ORDER_SALT, chance)
}

async function bytes(keychain: Keychain, name: string, chance: Chance): Promise<Uint8Array> {
  const text = await keychain.get(name)
  if (text === null) {
    const made = chance(32)
    await keychain.set(name, encodeBase64url(made))
    return made
  }
  const read = decodeBase64url(text)
  if (read?.length !== 32) throw malformed(name)
  return read
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function malformed(name: string): KeysideError {
  return new KeysideError(
    'secret_malformed',
    `the keychain's "${name}" is not what Keyside wrote: remove it and add it again`,
  )
}
