// The keys of one provider: its newest keyset, held on the disk, or the one key of an engine of one's own.
import { existsSync } from 'node:fs'
import {
  type Address,
  decodeBase64url,
  type Keyring,
  keysetKeyring,
  keysetTopic,
  type RefusedKeyset,
  type VerifiedKeyset,
  verifyKeyset,
  wireVersion,
} from '@keyside/protocol'
import { publicKey } from '@keyside/protocol/node'
import { readSecret, writePrivate } from '@keyside/runtime'
import { engineKeyring } from './verify-message.ts'

/** What the journal remembers of the newest keyset; an older file that was put back does not count. */
export interface KeysetMark {
  readonly version: number
  readonly hash: string
  /** Fingerprint of the root in force in it. */
  readonly root: string
}

type Taken =
  | { readonly result: 'newer'; readonly keyset: VerifiedKeyset }
  | { readonly result: 'same' }
  | { readonly result: 'conflict' }
  | { readonly result: 'refused'; readonly code: string; readonly message: string }

export interface ProviderKeys {
  keyring(): Keyring
  /** Null before the first, and for an engine of one's own. */
  held(): VerifiedKeyset | null
  /** Issue time of the newest keyset, seconds since 1970: a correct clock is never before it. */
  floor(): number
  wire(now: number): 'known' | 'unknown'
  /** Whether its root was caught signing two keysets of one version: until it is followed anew. */
  conflict(): 'none' | 'seen'
  /** Where its broker is, the one that was told last at the end; empty where no keyset says. */
  addresses(): readonly Address[]
  /** `now` in seconds. A newer one is on the disk when it returns; throws where it cannot be written. */
  take(text: string, now: number): Taken
}

const NO_KEYS: Keyring = new Map()

export interface KeysetFile {
  readonly file: string
  /** Where the second of two keysets of one version is kept, for the trader to show. */
  readonly conflictFile: string
  readonly issuer: string
  /** Fingerprint of the root that was pinned: counts until the journal has seen a keyset. */
  readonly root: string
  readonly journaled: KeysetMark | null
  /** Seconds since 1970. */
  readonly now: number
}

export function heldKeys({
  file,
  conflictFile,
  issuer,
  root,
  journaled,
  now,
}: KeysetFile): ProviderKeys {
  // A root that was replaced need not sign any more, and may have been left out.
  const expected = { pinned: journaled?.root ?? root, topic: keysetTopic(issuer) }
  let held: VerifiedKeyset | null = null
  let ring = NO_KEYS
  let conflict: 'none' | 'seen' = existsSync(conflictFile) ? 'seen' : 'none'
  const hold = (keyset: VerifiedKeyset) => {
    held = keyset
    ring = keysetKeyring(keyset.claims, publicKey)
  }
  const check = (text: string, at: number) => {
    const found = verifyKeyset(text, { ...expected, now: at, held })
    return found.ok ? asJournaled(found, journaled) : found
  }
  const stored = readStored(file)
  if (stored !== null) {
    // One that has ended still says where the broker is and which versions are past; one that is ahead, that a clock is not.
    const found = check(stored, within(stored, now))
    if (found.ok) hold(found)
  }
  return {
    keyring: () => ring,
    held: () => held,
    floor: () => held?.claims.iat ?? 0,
    wire: (at) => (held === null || wireVersion(held.claims, at) !== null ? 'known' : 'unknown'),
    conflict: () => conflict,
    addresses: () => held?.claims.addresses ?? [],
    take(text, at) {
      if (conflict === 'seen') return { result: 'conflict' }
      const found = check(text, at)
      if (!found.ok && found.code === 'keyset_twice') {
        writePrivate(conflictFile, `${text}\n`)
        conflict = 'seen'
        return { result: 'conflict' }
      }
      if (!found.ok) return { result: 'refused', code: found.code, message: found.message }
      if (found.hash === held?.hash) return { result: 'same' }
      writePrivate(file, `${text}\n`)
      hold(found)
      return { result: 'newer', keyset: found }
    },
  }
}

/** The journal remembers the version too, so an older folder from a backup does not bring an older keyset back. */
function asJournaled(
  found: VerifiedKeyset,
  journaled: KeysetMark | null,
): VerifiedKeyset | RefusedKeyset {
  if (journaled === null || found.version > journaled.version) return found
  const { version, hash } = found
  if (version < journaled.version)
    return {
      ok: false,
      code: 'keyset_version_old',
      message: `version ${version}, the journal has seen ${journaled.version}`,
    }
  if (hash === journaled.hash) return found
  return {
    ok: false,
    code: 'keyset_twice',
    message: `another version ${version} than the journal has seen`,
  }
}

/** An engine of one's own: its key is written in config.yaml, and changes there. */
export function pinnedKeys(issuer: string, key: string): ProviderKeys {
  const ring = engineKeyring(issuer, publicKey(key))
  return {
    keyring: () => ring,
    held: () => null,
    floor: () => 0,
    wire: () => 'known',
    conflict: () => 'none',
    addresses: () => [],
    take: () => {
      return { result: 'refused', code: 'kind_unexpected', message: 'no keyset is expected here' }
    },
  }
}

/** Null where there is none, or none that can be read: the retained one comes at the next connection. */
function readStored(file: string): string | null {
  if (!existsSync(file)) return null
  try {
    return readSecret(file)
  } catch {
    return null
  }
}

/** `now`, within the life that the stored text gives itself: it was in time when it was stored. Its signatures are checked all the same. */
function within(text: string, now: number): number {
  const payload = decodeBase64url(text.split('.')[1] ?? '')
  try {
    const { iat, exp } = JSON.parse(new TextDecoder().decode(payload ?? undefined))
    if (typeof iat !== 'number' || typeof exp !== 'number') return now
    return Math.max(iat, Math.min(now, exp - 0.001))
  } catch {
    return now
  }
}
