// Secrets in one encrypted file: a keychain for machines without one, and a provider's root key.
import { existsSync } from 'node:fs'
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { z } from 'zod'
import { KeysideError } from '../error.ts'
import { readSecret, writePrivate } from '../files.ts'
import type { RandomBytes } from '../random.ts'
import { associatedData, readVaultFile, type VaultHeader, writeVaultFile } from './vault-file.ts'
import { deriveKey, requireLong, SCRYPT_COST } from './vault-key.ts'

export { seal, sealedFile, unseal } from './sealed-file.ts'
export { MIN_PASSPHRASE, requireLong } from './vault-key.ts'

const contents = z.array(z.tuple([z.string(), z.string()]))

/** Names and secrets; read from the file each time. */
export interface Vault {
  readonly kind: 'vault'
  /** Null when there is no such secret. */
  get(name: string): Promise<string | null>
  set(name: string, secret: string): Promise<void>
  /** True when there was one. */
  remove(name: string): Promise<boolean>
  names(): Promise<readonly string[]>
}

export interface VaultOptions {
  readonly file: string
  readonly passphrase: string
  readonly randomBytes: RandomBytes
}

/** Throws `vault_exists`: also before a passphrase is asked for, which would be for nothing. */
export function refuseSecondVault(file: string): void {
  if (existsSync(file))
    throw new KeysideError(
      'vault_exists',
      `${file} is there already and is not overwritten: use it, or move it away if you are sure that nothing needs it`,
    )
}

/** Rejects with `vault_exists` or `vault_passphrase_short`. `cost` is scrypt's N. */
export async function createVault(options: VaultOptions, cost = SCRYPT_COST): Promise<Vault> {
  const { file, passphrase, randomBytes } = options
  refuseSecondVault(file)
  requireLong(passphrase)
  const header: VaultHeader = { version: 1, name: 'keyside-vault', cost, salt: randomBytes(16) }
  const vault = new EncryptedFile(options, header, await deriveKey(passphrase, header))
  // The key takes a second, in which somebody else may have made one.
  refuseSecondVault(file)
  vault.write(new Map())
  return vault
}

/** Rejects with `vault_missing`, `vault_damaged` or `vault_passphrase_wrong`. Never makes a vault. */
export async function openVault(options: VaultOptions): Promise<Vault> {
  const { file, passphrase } = options
  if (!existsSync(file))
    throw new KeysideError(
      'vault_missing',
      `there is no vault at ${file}: restore it from your backup, or make one: "keyside init --keychain vault" for a device, "keyside root create" for a root`,
    )
  const { header } = readVaultFile(file, readSecret(file))
  const vault = new EncryptedFile(options, header, await deriveKey(passphrase, header))
  vault.read()
  return vault
}

class EncryptedFile implements Vault {
  readonly kind = 'vault'
  readonly #file: string
  readonly #randomBytes: RandomBytes
  readonly #header: VaultHeader
  readonly #key: Uint8Array

  constructor({ file, randomBytes }: VaultOptions, header: VaultHeader, key: Uint8Array) {
    this.#file = file
    this.#randomBytes = randomBytes
    this.#header = header
    this.#key = key
  }

  async get(name: string): Promise<string | null> {
    return this.read().get(name) ?? null
  }

  async set(name: string, secret: string): Promise<void> {
    this.write(this.read().set(name, secret))
  }

  async remove(name: string): Promise<boolean> {
    const secrets = this.read()
    if (!secrets.delete(name)) return false
    this.write(secrets)
    return true
  }

  async names(): Promise<readonly string[]> {
    return [...this.read().keys()]
  }

  /** From the file each time: another program may have added a key. */
  read(): Map<string, string> {
    const { header, nonce, box } = readVaultFile(this.#file, readSecret(this.#file))
    const cipher = xchacha20poly1305(this.#key, nonce, associatedData(header))
    let plain: Uint8Array
    try {
      plain = cipher.decrypt(box)
    } catch {
      throw new KeysideError(
        'vault_passphrase_wrong',
        `the passphrase does not open ${this.#file}: try again, or restore the file from your backup`,
      )
    }
    return new Map(contents.parse(JSON.parse(new TextDecoder().decode(plain))))
  }

  write(secrets: ReadonlyMap<string, string>): void {
    const nonce = this.#randomBytes(24)
    const cipher = xchacha20poly1305(this.#key, nonce, associatedData(this.#header))
    const box = cipher.encrypt(new TextEncoder().encode(JSON.stringify([...secrets])))
    writePrivate(this.#file, writeVaultFile({ header: this.#header, nonce, box }))
  }
}
