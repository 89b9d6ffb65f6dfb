// Makes what a new provider needs besides its programs: the root, the authority's keys, the first keyset, an empty record.
import { resolve } from 'node:path'
import { rootFingerprint, seconds } from '@keyside/protocol'
import { makeSigningKey, newJti, writePrivate } from '@keyside/runtime'
import type { AuthorityConfig } from './config.ts'
import { firstKeyset, KEYSET_DAYS } from './keyset/change.ts'
import { addSignature, signedText } from './keyset/file.ts'
import { createRoot, soleRoot } from './keyset/root.ts'
import type { KeysetDeps } from './keyset/tools.ts'
import { writeLists } from './record/lists.ts'
import { AuthorityRecord } from './record/record.ts'

export interface MakeProviderInput extends KeysetDeps {
  readonly config: AuthorityConfig
  /** Of the root's file. */
  readonly passphrase: string
  /** The engine's public key. */
  readonly engineKey: string
  /** scrypt's N, lower in tests. */
  readonly cost?: number
}

export interface MadeProvider {
  /** Fingerprint of the root: who this provider is. */
  readonly root: string
  /** Public key that verifies access tokens, for `broker.authority`. */
  readonly authority: string
}

/** Rejects with `vault_exists` or `vault_passphrase_short`, before anything is made. */
export async function makeProviderKeys(input: MakeProviderInput): Promise<MadeProvider> {
  const { home, config, passphrase, clock, randomBytes, engineKey, cost } = input
  const path = (file: string) => resolve(home, file)
  const rootKey = await createRoot({ file: path(config.rootFile), passphrase, randomBytes }, cost)
  const authority = makeSigningKey(path(config.access.keyFile), randomBytes)
  const answer = makeSigningKey(path(config.answerKeyFile), randomBytes).publicKey
  const now = seconds(clock.now())
  const root = soleRoot(rootKey.publicKey)
  const claims = firstKeyset(
    { ...config, root, engine: engineKey, answer },
    { now, days: KEYSET_DAYS, jti: newJti(randomBytes) },
  )
  const signed = addSignature({ claims, tokens: [] }, rootKey)
  writePrivate(path(config.keysetFile), signedText(signed))
  const record = new AuthorityRecord(path(config.database))
  const files = {
    accessList: path(config.access.listFile),
    subscribers: path(config.subscribersFile),
  }
  writeLists(record, config.provider, files, now)
  record.close()
  return { root: rootFingerprint(root), authority: authority.publicKey }
}
