// The policy on the disk and the one that was accepted at this device: they have to be the same.
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { KeysideError } from '@keyside/runtime'
import { sentenceOf } from './codes.ts'
import { openDatabase } from './journal/database.ts'
import { keepPolicy, keptPolicy } from './journal/kept.ts'
import { acceptedPolicy, type Change, difference, policyHash } from './policy/accept.ts'
import { loadPolicy } from './policy/load.ts'
import type { Policy } from './policy/schema.ts'

export interface PolicyFiles {
  readonly home: string
  readonly database?: string
  readonly policy?: string
}

export interface PolicyState {
  readonly state: 'accepted' | 'changed' | 'never_accepted'
  readonly policy: Policy
  /** What accepting the file would change. */
  readonly changes: readonly Change[]
}

/** Throws a KeysideError `policy_missing`, `policy_empty` or `policy_invalid`. */
export function policyState(files: PolicyFiles): PolicyState {
  const text = readPolicyText(files)
  const policy = parse(text)
  const kept = withDatabase(files, keptPolicy)
  const before = kept === null ? null : parse(kept.text)
  const state =
    kept === null ? 'never_accepted' : kept.hash === policyHash(text) ? 'accepted' : 'changed'
  return { state, policy, changes: difference(before, policy) }
}

/** Only ever called at the device's own terminal. Takes effect at the executor's next start. */
export function acceptPolicy(home: string, files: Omit<PolicyFiles, 'home'> = {}): PolicyState {
  const all = { home, ...files }
  const before = policyState(all)
  const text = readPolicyText(all)
  withDatabase(all, (db) => keepPolicy(db, { hash: policyHash(text), text }))
  return before
}

/** The policy in force, for a start. Throws a KeysideError `policy_missing`, `policy_not_accepted`, … */
export function requirePolicy(text: string, accepted: string | null): Policy {
  const loaded = acceptedPolicy(text, accepted)
  if (!loaded.ok) throw new KeysideError(loaded.code, loaded.message)
  return loaded.policy
}

export function readPolicyText({ home, policy = 'policy.yaml' }: PolicyFiles): string {
  const path = resolve(home, policy)
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const message = existsSync(path) ? `cannot read ${path}` : sentenceOf('policy_missing')
    throw new KeysideError('policy_missing', message, error)
  }
}

function parse(text: string): Policy {
  const loaded = loadPolicy(text)
  if (!loaded.ok) throw new KeysideError(loaded.code, loaded.message)
  return loaded.policy
}

function withDatabase<T>(
  { home, database = 'journal.db' }: PolicyFiles,
  use: (db: ReturnType<typeof openDatabase>) => T,
): T {
  using db = openDatabase(resolve(home, database))
  return use(db)
}
