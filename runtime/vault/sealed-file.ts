// A backup as one file: a line that says what it is, a line by which damage is seen, and one sealed box.
import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { decodeBase64url, encodeBase64url } from '@keyside/protocol'
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { z } from 'zod'
import { KeysideError } from '../error.ts'
import type { RandomBytes } from '../random.ts'
import { deriveKey, requireLong, SCRYPT_COST } from './vault-key.ts'

const NAME = 'keyside-backup'
const VERSION = 1
const NONCE_BYTES = 24
const SALT_BYTES = 16

const header = z.strictObject({
  name: z.literal(NAME),
  version: z.int().positive(),
  /** Bounded, so that a changed file cannot take all memory. */
  cost: z.int().min(2).max(SCRYPT_COST),
  salt: z.string(),
})

interface Sealing {
  readonly passphrase: string
  readonly randomBytes: RandomBytes
  /** scrypt's N. */
  readonly cost?: number
}

/** Rejects with `vault_passphrase_short`. */
export async function seal(
  contents: unknown,
  { passphrase, randomBytes, cost = SCRYPT_COST }: Sealing,
): Promise<Uint8Array> {
  requireLong(passphrase)
  const salt = randomBytes(SALT_BYTES)
  const head = { name: NAME, version: VERSION, cost, salt: encodeBase64url(salt) }
  const first = JSON.stringify(header.parse(head))
  const nonce = randomBytes(NONCE_BYTES)
  const key = await deriveKey(passphrase, { cost, salt })
  const cipher = xchacha20poly1305(key, nonce, Buffer.from(first))
  const rest = Buffer.concat([nonce, cipher.encrypt(gzipSync(JSON.stringify(contents)))])
  return Buffer.concat([Buffer.from(`${first}\n${sumOf(first, rest)}\n`), rest])
}

/** Whole, and of this version; not yet opened. */
interface SealedFile {
  readonly first: string
  readonly head: z.infer<typeof header>
  readonly salt: Uint8Array
  readonly rest: Uint8Array
}

/** Throws `backup_foreign`, `backup_newer` or `backup_damaged`: nobody need be asked for the passphrase of such a file. */
export function sealedFile(file: Uint8Array): SealedFile {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength)
  const firstEnd = bytes.indexOf('\n')
  const first = bytes.subarray(0, firstEnd).toString()
  const head = header.safeParse(json(first)).data
  if (head === undefined) throw refused('backup_foreign')
  if (head.version > VERSION) throw refused('backup_newer')
  const secondEnd = bytes.indexOf('\n', firstEnd + 1)
  const sum = bytes.subarray(firstEnd + 1, secondEnd).toString()
  const rest = bytes.subarray(secondEnd + 1)
  const salt = decodeBase64url(head.salt)
  if (sum !== sumOf(first, rest) || salt === null || rest.length <= NONCE_BYTES)
    throw refused('backup_damaged')
  return { first, head, salt, rest }
}

/** Rejects with `backup_damaged` or `backup_passphrase_wrong`. */
export async function unseal(
  { first, head, salt, rest }: SealedFile,
  passphrase: string,
): Promise<unknown> {
  const key = await deriveKey(passphrase, { cost: head.cost, salt })
  const cipher = xchacha20poly1305(key, rest.subarray(0, NONCE_BYTES), Buffer.from(first))
  let plain: Uint8Array
  try {
    plain = cipher.decrypt(rest.subarray(NONCE_BYTES))
  } catch {
    throw refused('backup_passphrase_wrong')
  }
  try {
    return JSON.parse(gunzipSync(plain).toString())
  } catch {
    throw refused('backup_damaged')
  }
}

const SENTENCES = {
  backup_foreign: 'this is no backup of Keyside: name a file that "keyside backup create" has made',
  backup_newer: 'this backup is of a newer Keyside: restore it with that version or a later one',
  backup_damaged: 'this backup is damaged: take another copy of it, or an earlier backup',
  backup_passphrase_wrong: 'the passphrase does not open this backup: try again',
} as const

function refused(code: keyof typeof SENTENCES): KeysideError {
  return new KeysideError(code, SENTENCES[code])
}

/** Tells damage from a wrong passphrase. The box itself is what protects against a forger. */
function sumOf(first: string, rest: Uint8Array): string {
  return createHash('sha256').update(first).update(rest).digest('base64url')
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
