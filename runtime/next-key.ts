// The successor of a signing key: made beside it, and taken once the keyset that names it is published.
import { existsSync, renameSync } from 'node:fs'
import type { SigningKey } from '@keyside/protocol'
import { makeSigningKey, readSigningKey } from './files.ts'
import type { RandomBytes } from './random.ts'

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
