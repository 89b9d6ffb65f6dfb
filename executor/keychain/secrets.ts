// What is kept in a keychain, by name and with types.
import { decodeBase64url, encodeBase64url, id, type SigningKey } from '@keyside/protocol'
import { signingKey } from '@keyside/protocol/node'
import { type Chance, KeysideError } from '@keyside/runtime'
import { z } from 'zod'
import type { Keychain } from './port.ts'

const EXCHANGE = 'exchange/'
const DEVICE_KEY = 'device/signing-key'
const ORDER_SALT = 'device/order-salt'

const exchangeSecret = z.strictObject({
  exchange: z.string(),
  apiKey: z.string().min(1),
  secret: z.string().min(1),
})

export type ExchangeKeys = Readonly<z.infer<typeof exchangeSecret>>

/** Null when the account has none. */
export async function exchangeKeys(
  keychain: Keychain,
  account: string,
): Promise<ExchangeKeys | null> {
  const name = `${EXCHANGE}${account}`
  const text = await keychain.get(name)
  if (text === null) return null
  const read = exchangeSecret.safeParse(json(text))
  if (!read.success) throw malformed(name)
  return read.data
}

/** Rejects with `key_in_use` when another account has the same API key: two accounts would share its limits. */
export async function keepExchangeKeys(
  keychain: Keychain,
  account: string,
  keys: ExchangeKeys,
): Promise<void> {
  const name = `${EXCHANGE}${id.parse(account)}`
  for (const other of await exchangeAccounts(keychain)) {
    if (other === account) continue
    const kept = await exchangeKeys(keychain, other)
    if (kept?.exchange === keys.exchange && kept.apiKey === keys.apiKey)
      throw new KeysideError(
        'key_in_use',
        `account "${other}" uses this API key: make one key for each account`,
      )
  }
  await keychain.set(name, JSON.stringify(exchangeSecret.parse(keys)))
}

export async function exchangeAccounts(keychain: Keychain): Promise<readonly string[]> {
  const names = await keychain.names()
  return names
    .filter((name) => name.startsWith(EXCHANGE))
    .map((name) => name.slice(EXCHANGE.length))
    .sort()
}

export function removeExchangeKeys(keychain: Keychain, account: string): Promise<boolean> {
  return keychain.remove(`${EXCHANGE}${account}`)
}

/** The key that signs reports; made the first time. */
export async function deviceKey(keychain: Keychain, chance: Chance): Promise<SigningKey> {
  return signingKey(await bytesOnce(keychain, DEVICE_KEY, chance))
}

/** 32 bytes from which client order ids are made; made the first time. */
export function orderSalt(keychain: Keychain, chance: Chance): Promise<Uint8Array> {
  return bytesOnce(keychain, ORDER_SALT, chance)
}

async function bytesOnce(keychain: Keychain, name: string, chance: Chance): Promise<Uint8Array> {
  const kept = await keychain.get(name)
  if (kept !== null) {
    const bytes = decodeBase64url(kept)
    if (bytes?.length !== 32) throw malformed(name)
    return bytes
  }
  const made = chance(32)
  await keychain.set(name, encodeBase64url(made))
  return made
}

function malformed(name: string): KeysideError {
  return new KeysideError(
    'secret_malformed',
    `"${name}" in the keychain is not what Keyside wrote: remove it and add it again`,
  )
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
