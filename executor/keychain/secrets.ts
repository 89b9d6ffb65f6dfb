// What is kept in a keychain, by name and with types.
import { decodeBase64url, encodeBase64url, id, type SigningKey } from '@keyside/protocol'
import { signingKey } from '@keyside/protocol/node'
import { KeysideError, type RandomBytes } from '@keyside/runtime'
import { z } from 'zod'
import type { Keychain } from './port.ts'

const EXCHANGE = 'exchange/'
const DEVICE_KEY = 'device/signing-key'
const ORDER_SALT = 'device/order-salt'
const CODE_SECRET = 'device/approval-code'

/** As long as the hash of the codes, which RFC 4226 section 4 asks for. */
export const CODE_SECRET_BYTES = 20

/** What an account's key is kept as. A venue that wants more gets another version, and this one stays readable. */
const exchangeSecret = z.strictObject({
  version: z.literal(1),
  exchange: z.string(),
  apiKey: z.string().min(1),
  secret: z.string().min(1),
  /** Chosen with the key, at venues that ask for one. */
  passphrase: z.string().min(1).optional(),
  /** When it was added, Unix ms. */
  added: z.int().optional(),
})

export type ExchangeKeys = Readonly<Omit<z.infer<typeof exchangeSecret>, 'version'>>

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
  const { version: _, ...keys } = read.data
  return keys
}

/** As `exchangeKeys`; rejects with `exchange_key_missing`. */
export async function requireExchangeKeys(
  keychain: Keychain,
  account: string,
): Promise<ExchangeKeys> {
  const kept = await exchangeKeys(keychain, account)
  if (kept !== null) return kept
  throw new KeysideError(
    'exchange_key_missing',
    `account "${account}" has no exchange key: run "keyside keys add --account ${account}"`,
  )
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
  await keychain.set(name, JSON.stringify(exchangeSecret.parse({ version: 1, ...keys })))
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

export interface DeviceSecrets {
  /** Signs reports. */
  readonly key: SigningKey
  /** 32 bytes from which client order ids are made. */
  readonly salt: Uint8Array
}

/** Makes what is missing and keeps the rest. Only for setting a device up. */
export async function makeDeviceSecrets(
  keychain: Keychain,
  randomBytes: RandomBytes,
): Promise<DeviceSecrets> {
  for (const name of [DEVICE_KEY, ORDER_SALT])
    if ((await keychain.get(name)) === null)
      await keychain.set(name, encodeBase64url(randomBytes(32)))
  return deviceSecrets(keychain)
}

/**
 * Rejects with `device_key_missing`: a key made anew would be one that nobody has pinned,
 * and a new salt would give open orders new names.
 */
export async function deviceSecrets(keychain: Keychain): Promise<DeviceSecrets> {
  const seed = await thirtyTwoBytes(keychain, DEVICE_KEY)
  return { key: signingKey(seed), salt: await thirtyTwoBytes(keychain, ORDER_SALT) }
}

/** What the trader's authenticator and this device share; null when there is none. */
export async function codeSecret(keychain: Keychain): Promise<Uint8Array | null> {
  const kept = await keychain.get(CODE_SECRET)
  if (kept === null) return null
  const bytes = decodeBase64url(kept)
  if (bytes?.length !== CODE_SECRET_BYTES) throw malformed(CODE_SECRET)
  return bytes
}

export function keepCodeSecret(keychain: Keychain, secret: Uint8Array): Promise<void> {
  return keychain.set(CODE_SECRET, encodeBase64url(secret))
}

export function removeCodeSecret(keychain: Keychain): Promise<boolean> {
  return keychain.remove(CODE_SECRET)
}

async function thirtyTwoBytes(keychain: Keychain, name: string): Promise<Uint8Array> {
  const kept = await keychain.get(name)
  if (kept === null)
    throw new KeysideError(
      'device_key_missing',
      `the keychain has no "${name}": restore it from your backup, or set this device up anew with "keyside init" in another KEYSIDE_HOME`,
    )
  const bytes = decodeBase64url(kept)
  if (bytes?.length !== 32) throw malformed(name)
  return bytes
}

export function malformed(name: string): KeysideError {
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
