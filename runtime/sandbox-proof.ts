// How the sandbox shows an executor of the same home that no real money is behind it: both know one secret file.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { existsSync } from 'node:fs'
import { decodeBase64url, encodeBase64url } from '@keyside/protocol'
import { KeysideError } from './error.ts'
import { readSecret, writePrivate } from './files.ts'
import type { RandomBytes } from './random.ts'

/** Where the sandbox exchange answers `{"nonce": "…"}` with `{"proof": "…"}`, on the origin that orders go to. */
export const PROOF_PATH = '/sandbox/proof'
export const PROOF_BYTES = 32

const LABEL = 'keyside sandbox proof v1\n'

/** HMAC-SHA256 in base64url. The secret itself never leaves its file and the two programs. */
export function sandboxProof(secret: Uint8Array, nonce: string): string {
  return createHmac('sha256', secret).update(LABEL).update(nonce).digest('base64url')
}

export function provesSandbox(secret: Uint8Array, nonce: string, proof: string): boolean {
  const [expected, given] = [sandboxProof(secret, nonce), proof].map((text) => Buffer.from(text))
  return (
    expected !== undefined && given?.length === expected.length && timingSafeEqual(expected, given)
  )
}

/**
 * Null where there is none. Throws `file_not_private` for one that others may read, and `file_unreadable` for one that
 * is not 32 bytes in base64url: under an empty secret anybody could answer.
 */
export function readProofSecret(file: string): Uint8Array | null {
  if (!existsSync(file)) return null
  const secret = decodeBase64url(readSecret(file))
  if (secret?.length === PROOF_BYTES) return secret
  throw new KeysideError(
    'file_unreadable',
    `${file} holds no secret of a sandbox: remove it, and start the sandbox again to make one`,
  )
}

/** Reads the secret, or makes it. */
export function ensureProofSecret(file: string, randomBytes: RandomBytes): Uint8Array {
  const there = readProofSecret(file)
  if (there !== null) return there
  const made = randomBytes(PROOF_BYTES)
  writeProofSecret(file, made)
  return made
}

export function writeProofSecret(file: string, secret: Uint8Array): void {
  writePrivate(file, `${encodeBase64url(secret)}\n`)
}
