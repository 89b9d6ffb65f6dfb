// A signing key as it lies in a home: a private file with its secret bytes. Its successor is made beside it, and taken once
// the keyset that names it is published.
import { existsSync, renameSync } from 'node:fs'
import { decodeBase64url, encodeBase64url, type SigningKey } from '@keyside/protocol'
import { signingKey } from '@keyside/protocol/node'
import { KeysideError } from './error.ts'
import { readSecret, writePrivate } from './files.ts'
import type { RandomBytes } from './random.ts'

/** A signing key from a file that holds its 32 secret bytes in base64url. */
export function readSigningKey(path: string): SigningKey {
  const seed = decodeBase64url(readSecret(path))
  if (seed?.length !== 32)
    throw new KeysideError(
      'file_unreadable',
      `${path} holds no signing key: expected 32 bytes in base64url`,
    )
  return signingKey(seed)
}

/** Makes a signing key, keeps it in `path`, and gives it back. */
export function makeSigningKey(path: string, randomBytes: RandomBytes): SigningKey {
  const seed = randomBytes(32)
  writePrivate(path, `${encodeBase64url(seed)}\n`)
  return signingKey(seed)
}

function nextFile(file: string): string {
  return `${file}.next`
}

/** The successor of the key in `file`, null when there is none. */
export function nextSigningKey(file: string): SigningKey | null {
  return existsSync(nextFile(file)) ? readSigningKey(nextFile(file)) : null
}

/** The one that is there, so that a draft which was written before stays good. */
export function makeNextSigningKey(file: string, randomBytes: RandomBytes): SigningKey {
  return nextSigningKey(file) ?? makeSigningKey(nextFile(file), randomBytes)
}

/** When `kids` names the successor it takes the place of the key in `file`, for good; else null. */
export function takeNextSigningKey(file: string, kids: readonly string[]): SigningKey | null {
  const next = nextSigningKey(file)
  if (next === null || !kids.includes(next.kid)) return null
  renameSync(nextFile(file), file)
  return next
}
