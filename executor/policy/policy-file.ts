// The policy on the disk and the one that was accepted at this device: they have to be the same.
import { join, resolve } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import {
  databaseBusy,
  isBusy,
  KeysideError,
  LONG_BUSY_TIMEOUT_MS,
  readText,
  readTextIfThere,
  writePrivate,
} from '@keyside/runtime'
import { z } from 'zod'
import { sentenceOf } from '../core/model/codes.ts'
import type { Tightenings } from '../core/model/tightenings.ts'
import { type Change, difference } from '../core/risk/policy/difference.ts'
import type { Policy } from '../core/risk/policy/schema.ts'
import { policyInForce } from '../core/risk/policy/tighten.ts'
import { JOURNAL_FILE, openDatabase } from '../journal/database.ts'
import { fromChat } from '../journal/from-chat.ts'
import { acceptedPolicy, policyHash } from './accept.ts'
import { loadPolicy } from './load.ts'
import {
  type Acceptance,
  accepting,
  lastAccepted,
  policyIn,
  settled,
  type WaitingPolicy,
} from './loosening.ts'

export interface PolicyFiles {
  readonly home: string
  readonly database?: string
  readonly policy?: string
}

interface PolicyText {
  readonly text: string
  readonly policy: Policy
}

export interface PolicyState {
  /** Of the file. `waits`: it is accepted and not yet in force. */
  readonly state: 'accepted' | 'waits' | 'changed' | 'never_accepted'
  /** What the file says, and its hash. */
  readonly policy: Policy
  readonly hash: string
  /** With what the chat has tightened since. */
  readonly inForce: Policy | null
  /** That, from the accepted policy to the one in force; a policy that is accepted now takes its place. */
  readonly fromChat: readonly Change[]
  /** From the policy in force to the file. */
  readonly changes: readonly Change[]
  /** Whether an executor starts, on what was accepted: a file that only wants more than that can wait. */
  readonly starts: boolean
  /** What was accepted and is not yet in force, whether or not the file still says it. */
  readonly waiting: WaitingPolicy | null
}

/** Throws a KeysideError `policy_missing`, `policy_empty` or `policy_invalid`. */
export function policyState(files: PolicyFiles, now: number): PolicyState {
  return policyStateOf(files, readPolicyText(files), now)
}

/** As if the file were this text. Throws a KeysideError `policy_empty` or `policy_invalid`. */
export function policyStateOf(files: PolicyFiles, text: string, now: number): PolicyState {
  const file = { text, policy: parse(text) }
  return withDatabase(files, (db) => stateOf(file, acceptanceAt(db, now), fromChat(db).tightenings))
}

function stateOf(
  { text, policy }: PolicyText,
  kept: Acceptance | null,
  tightenings: Tightenings,
): PolicyState {
  const accepted = kept === null ? null : kept.text === text ? policy : policyIn(kept)
  const inForce = accepted === null ? null : policyInForce(accepted, tightenings, kept?.ended)
  const hash = policyHash(text)
  const isAccepted = hash === lastAccepted(kept)
  const waiting = kept?.waiting ?? null
  const known = waiting === null ? 'accepted' : 'waits'
  return {
    state: kept === null ? 'never_accepted' : isAccepted ? known : 'changed',
    policy,
    hash,
    inForce,
    fromChat: accepted === null || inForce === null ? [] : difference(accepted, inForce),
    changes: difference(inForce, policy),
    starts: kept !== null && (isAccepted || onlyWantsMore(policy, kept)),
    waiting,
  }
}

/** Only ever called at the device's own terminal. Says what is so afterwards; an executor that runs follows within a second. */
export function acceptPolicy(files: PolicyFiles, now: number): PolicyState {
  const text = readPolicyText(files)
  const policy = parse(text)
  return withDatabase(files, (db) => {
    const at = latestTime(db, now)
    const { tightenings } = fromChat(db)
    const accepted = accepting(acceptanceAt(db, now), { text, policy }, at, tightenings)
    keepPolicy(db, accepted)
    return stateOf({ text, policy }, accepted, tightenings)
  })
}

/**
 * For a start. What has waited long enough is kept as in force, so that no clock set back undoes it. A file that only
 * wants more than was accepted keeps nothing from being looked after: the accepted policy is followed. One that wants
 * less in any line is asked about, and so is one that cannot be read.
 */
export function requirePolicy(
  text: string,
  db: DatabaseSync,
  now: number,
): Acceptance & { readonly policy: Policy } {
  const kept = acceptanceAt(db, now)
  const loaded = acceptedPolicy(text, lastAccepted(kept))
  const file = loadPolicy(text)
  if (!loaded.ok && (kept === null || !file.ok || !onlyWantsMore(file.policy, kept)))
    throw new KeysideError(loaded.code, loaded.message)
  if (kept === null) throw new Error('a policy was taken for accepted when none was')
  keepPolicy(db, kept)
  return { ...kept, policy: loaded.ok && kept.text === text ? loaded.policy : policyIn(kept) }
}

/** More than the policy in force, and than the one that waits to be. */
function onlyWantsMore(policy: Policy, kept: Acceptance): boolean {
  return [kept, ...(kept.waiting === null ? [] : [kept.waiting])].every((accepted) =>
    difference(policyIn(accepted), policy).every(({ effect }) => effect === 'loosens'),
  )
}

/** What was accepted, with the one in force that is so now. */
function acceptanceAt(db: DatabaseSync, now: number): Acceptance | null {
  const kept = keptPolicy(db)
  return kept === null ? null : settled(kept, latestTime(db, now))
}

/** As `acceptanceAt`. What has come due is kept as in force, so that no clock set back undoes it. */
export function keptAcceptance(db: DatabaseSync, now: number): Acceptance | null {
  const kept = acceptanceAt(db, now)
  const isDue = kept !== null && kept.waiting === null && keptPolicy(db)?.waiting !== null
  if (!isDue) return kept
  db.exec('BEGIN IMMEDIATE')
  try {
    // Another one may have been accepted meanwhile.
    const due = acceptanceAt(db, now)
    if (due !== null) keepPolicy(db, due)
    db.exec('COMMIT')
    return due
  } catch (error) {
    db.exec('ROLLBACK')
    throw error
  }
}

const followed = z.object({ session: z.string(), hash: z.string() })

/** Which policy an executor follows, for the terminal that waits for it. */
export function noteFollowed(home: string, note: z.infer<typeof followed>): void {
  writePrivate(followedFile(home), `${JSON.stringify(note)}\n`)
}

export function followedPolicy(home: string): z.infer<typeof followed> | null {
  try {
    return followed.parse(JSON.parse(readText(followedFile(home))))
  } catch {
    return null
  }
}

function followedFile(home: string): string {
  return join(home, 'run', 'policy.json')
}

export function readPolicyText({ home, policy = 'policy.yaml' }: PolicyFiles): string {
  const path = resolve(home, policy)
  const text = readTextIfThere(path)
  if (text !== null) return text
  throw new KeysideError('policy_missing', sentenceOf('policy_missing'))
}

function parse(text: string): Policy {
  const loaded = loadPolicy(text)
  if (!loaded.ok) throw new KeysideError(loaded.code, loaded.message)
  return loaded.policy
}

export function withDatabase<T>(
  { home, database = JOURNAL_FILE }: PolicyFiles,
  use: (db: DatabaseSync) => T,
): T {
  const path = resolve(home, database)
  using db = openDatabase(path, { busyMs: LONG_BUSY_TIMEOUT_MS })
  try {
    return use(db)
  } catch (error) {
    throw isBusy(error) ? databaseBusy(path, error) : error
  }
}

// Kept beside the events of the journal: the policy that the trader accepted.
function keptPolicy(db: DatabaseSync): Acceptance | null {
  const row = db.prepare("SELECT value FROM kept WHERE name = 'policy'").get()
  if (row === undefined) return null
  return JSON.parse(String(row['value'])) as Acceptance
}

function keepPolicy(db: DatabaseSync, accepted: Acceptance): void {
  db.prepare("INSERT OR REPLACE INTO kept VALUES ('policy', ?)").run(JSON.stringify(accepted))
}

/** Unix ms. A clock that is set back makes nothing last longer: the journal has seen a later time. */
function latestTime(db: DatabaseSync, now: number): number {
  const row = db.prepare('SELECT at FROM events ORDER BY seq DESC LIMIT 1').get()
  return Math.max(now, Number(row?.['at'] ?? 0))
}
