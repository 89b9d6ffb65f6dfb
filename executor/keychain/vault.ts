// The encrypted vault: one private file for machines without an OS keychain, opened with a passphrase.
import { scrypt } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { type Chance, KeysideError, writePrivate } from '@keyside/runtime'
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { z } from 'zod'
import type { Keychain } from './port.ts'

/** RFC 7914 section 2; the cost is OWASP's first choice for scrypt: 128 MiB and about 0.4 s. */
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 }
const SALT_BYTES = 32
const NONCE_BYTES = 24
const KEY_BYTES = 32
const SHORTEST_PASSPHRASE = 12
/** Bound into every box, so that no part of another version can be passed off as this one. */
const VERSION = 'keyside-vault-1'

const base64 = z.base64().transform((text) => Uint8Array.fromBase64(text))
const file = z.strictObject({
  version: z.literal(VERSION),
  salt: base64,
  nonce: base64,
  box: base64,
})
const secrets = z.record(z.string(), z.string())

type Secrets = Record<string, string>

export interface VaultOptions {
  readonly path: string
  readonly passphrase: string
  readonly chance: Chance
}

/** Makes an empty vault. Throws `vault_exists` or `vault_passphrase_short`. */
export async function createVault(options: VaultOptions): Promise<Keychain> {
  if (existsSync(options.path))
    throw new KeysideError('vault_exists', `${options.path} exists already: it is not overwritten`)
  if (options.passphrase.length < SHORTEST_PASSPHRASE)
    throw new KeysideError(
      'vault_passphrase_short',
      `expected a passphrase of at least ${SHORTEST_PASSPHRASE} characters, got ${options.passphrase.length}`,
    )
  const salt = options.chance(SALT_BYTES)
  const vault = new Vault(options, salt, await derive(options.passphrase, salt), {})
  vault.save()
  return vault
}

/** Throws `vault_missing`, `vault_passphrase_wrong` or `vault_damaged`. */
export async function openVault(options: VaultOptions): Promise<Keychain> {
  const { salt, nonce, box } = read(options.path)
  const key = await derive(options.passphrase, salt)
  return new Vault(options, salt, key, decrypt(options.path, key, nonce, salt, box))
}

class Vault implements Keychain {
  readonly kind = 'vault'
  readonly #path: string
  readonly #chance: Chance
  readonly #salt: Uint8Array
  readonly #key: Uint8Array
  #secrets: Readonly<Secrets>

  constructor({ path, chance }: VaultOptions, salt: Uint8Array, key: Uint8Array, secrets: Secrets) {
    this.#path = path
    this.#chance = chance
    this.#salt = salt
    this.#key = key
    this.#secrets = secrets
  }

  async get(name: string): Promise<string | null> {
    return Object.hasOwn(this.#secrets, name) ? (this.#secrets[name] ?? null) : null
  }

  async set(name: string, secret: string): Promise<void> {
    this.#replace({ ...this.#secrets, [name]: secret })
  }

  async remove(name: string): Promise<boolean> {
    if (!Object.hasOwn(this.#secrets, name)) return false
    const { [name]: _removed, ...rest } = this.#secrets
    this.#replace(rest)
    return true
  }

  async names(): Promise<readonly string[]> {
    return Object.keys(this.#secrets).sort()
  }

  /** A new nonce for every write: the same key never meets two texts under one nonce. */
  save(): void {
    const nonce = this.#chance(NONCE_BYTES)
    const text = new TextEncoder().encode(JSON.stringify(this.#secrets))
    const box = xchacha20poly1305(this.#key, nonce, bound(this.#salt)).encrypt(text)
    const [salt64, nonce64, box64] = [this.#salt, nonce, box].map((bytes) => bytes.toBase64())
    const content = { version: VERSION, salt: salt64, nonce: nonce64, box: box64 }
    try {
      writePrivate(this.#path, `${JSON.stringify(content, null, 2)}\n`)
    } catch (error) {
      throw new KeysideError(
        'vault_read_only',
        `cannot write ${this.#path}: nothing was changed`,
        error,
      )
    }
  }

  #replace(secrets: Secrets): void {
    const before = this.#secrets
    this.#secrets = secrets
    try {
      this.save()
    } catch (error) {
      this.#secrets = before
      throw error
    }
  }
}

function read(path: string): z.infer<typeof file> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new KeysideError(
      'vault_missing',
      `cannot read ${path}: make a vault with "keyside init --keychain vault"`,
      error,
    )
  }
  const parsed = file.safeParse(parseJson(text))
  if (parsed.success && parsed.data.nonce.length === NONCE_BYTES) return parsed.data
  throw damaged(path)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

async function derive(passphrase: string, salt: Uint8Array): Promise<Uint8Array> {
  // NFKC, so that the same keys typed on another system give the same bytes.
  const text = passphrase.normalize('NFKC')
  return promisify<string, Uint8Array, number, typeof COST, Buffer>(scrypt)(
    text,
    salt,
    KEY_BYTES,
    COST,
  )
}

/** The cipher cannot tell a wrong passphrase from a changed byte; the message names both. */
function decrypt(
  path: string,
  key: Uint8Array,
  nonce: Uint8Array,
  salt: Uint8Array,
  box: Uint8Array,
): Secrets {
  let text: Uint8Array
  try {
    text = xchacha20poly1305(key, nonce, bound(salt)).decrypt(box)
  } catch {
    throw new KeysideError(
      'vault_passphrase_wrong',
      `the passphrase does not open ${path}: type it again; if you are sure of it, the file was changed, so take it from a backup`,
    )
  }
  const parsed = secrets.safeParse(parseJson(new TextDecoder().decode(text)))
  if (!parsed.success) throw damaged(path)
  return parsed.data
}

function bound(salt: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(VERSION), salt])
}

function damaged(path: string): KeysideError {
  return new KeysideError(
    'vault_damaged',
    `${path} is no vault, or it was damaged: take it from a backup`,
  )
}
