// A followed provider on the disk: a folder of its own with what was agreed, its access token and its keyset.
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { HOME, id, MAX_PLANS, type VerifiedKeyset } from '@keyside/protocol'
import { KeysideError, readSecret, readText, writePrivate } from '@keyside/runtime'
import { z } from 'zod'
import { heldKeys } from './keys.ts'

const DIGEST = /^[A-Za-z0-9_-]{43}$/

const record = z.strictObject({
  version: z.literal(1),
  /** What the provider calls itself: `iss` of its messages and a level of its topics. */
  issuer: id,
  /** Fingerprint of its root, pinned when it was followed: this is who it is. */
  root: z.string().regex(DIGEST),
  /** This device's MQTT client id there. */
  client: id,
  plans: z.array(id).min(1).max(MAX_PLANS),
  /** When the subscription ends, seconds since 1970. */
  until: z.number().positive(),
  /** Where the invitation led; the keyset's addresses come first. */
  address: z.strictObject({ url: z.string().min(1), tls: z.string().min(1) }),
  /** Versions of the terms that the trader accepted. */
  terms: z.array(z.strictObject({ plan: id, version: z.int().min(1) })),
  /** ISO. */
  followedAt: z.string(),
  /** ISO. Its name stays its own: what is held, and the journal, bear it. */
  removedAt: z.string().optional(),
})
export type ProviderRecord = z.infer<typeof record>

export type ProviderFolder =
  | { readonly state: 'followed' | 'removed'; readonly record: ProviderRecord }
  | { readonly state: 'none' }
  | { readonly state: 'damaged'; readonly message: string }

function providersFolder(home: string): string {
  return join(home, 'executor', 'providers')
}

/** The files of a provider. */
export function providerFiles(home: string, name: string) {
  const folder = join(providersFolder(home), id.parse(name))
  const file = (base: string) => join(folder, base)
  return {
    folder,
    record: file('provider.json'),
    token: file('access.token'),
    keyset: file('keyset.txt'),
    conflict: file('keyset.conflict.txt'),
    /** The last word about an access that is not renewed. */
    told: file('access.told'),
  }
}

/** Names in their order, those that were removed too. */
export function providerNames(home: string): readonly string[] {
  const folder = providersFolder(home)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => id.safeParse(name).success && name !== HOME)
    .filter((name) => existsSync(providerFiles(home, name).record))
    .sort()
}

export function readProvider(home: string, name: string): ProviderFolder {
  const file = providerFiles(home, name).record
  if (!existsSync(file)) return { state: 'none' }
  try {
    const read = record.safeParse(JSON.parse(readText(file)))
    if (!read.success) return damaged(file)
    return { state: read.data.removedAt === undefined ? 'followed' : 'removed', record: read.data }
  } catch {
    return damaged(file)
  }
}

function damaged(file: string): ProviderFolder {
  return { state: 'damaged', message: `${file} is not what Keyside wrote` }
}

/** Changes when any of it was written. */
export function providerMark(home: string, name: string): string {
  const stat = statSync(providerFiles(home, name).record, { throwIfNoEntry: false })
  return stat === undefined ? 'none' : `${stat.ino} ${stat.mtimeMs}`
}

export interface NewProvider {
  readonly record: ProviderRecord
  readonly token: string
  readonly keyset: string
}

/** The record last: an executor that runs looks at it, and finds the rest there. */
export function writeProvider(home: string, name: string, provider: NewProvider): void {
  const files = providerFiles(home, name)
  rmSync(files.conflict, { force: true })
  writePrivate(files.token, `${provider.token}\n`)
  writePrivate(files.keyset, `${provider.keyset}\n`)
  writePrivate(files.record, `${JSON.stringify(record.parse(provider.record), null, 2)}\n`)
}

/** Of one that is followed, or was until it was removed. Throws `provider_unknown`. */
export function requireProvider(home: string, name: string): ProviderRecord {
  const read = readProvider(home, name)
  if (read.state === 'followed' || read.state === 'removed') return read.record
  throw new KeysideError(
    'provider_unknown',
    `no provider "${name}" is followed: look at "keyside providers list"`,
  )
}

/** Its name and root stay on file, its rights do not. Throws `provider_unknown`. */
export function markRemoved(home: string, name: string, at: Date): void {
  const removed = { ...requireProvider(home, name), removedAt: at.toISOString() }
  const files = providerFiles(home, name)
  writePrivate(files.record, `${JSON.stringify(removed, null, 2)}\n`)
  rmSync(files.token, { force: true })
}

export function readToken(home: string, name: string): string {
  return readSecret(providerFiles(home, name).token)
}

/** The keyset that is held of it, for commands; null where there is none that its pinned root has signed. `now` in seconds. */
export function readHeldKeyset(
  home: string,
  name: string,
  { issuer, root }: ProviderRecord,
  now: number,
): VerifiedKeyset | null {
  const { keyset: file, conflict: conflictFile } = providerFiles(home, name)
  return heldKeys({ file, conflictFile, issuer, root, journaled: null, now }).held()
}
