// What a venue has proved to this device: a file tied to the code that asked and to where it asked.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { codeVersion, readText, writePrivate } from '@keyside/runtime'
import { z } from 'zod'
import type { VenueName } from '../names.ts'
import {
  CLAIM_NAMES,
  type ClaimName,
  type Evidence,
  RECORDED_SHOWS,
  SANDBOX_SHOWS,
} from './claims.ts'

const DAY_MS = 86_400_000
/** Venues change from outside. */
const LIFE_DAYS = 90

/** `sandbox` is what proved to be the one of this home. */
const NETWORKS = ['sandbox', 'testnet', 'live'] as const

const code = z.strictObject({ ccxt: z.string(), sources: z.string() })

const proof = z.strictObject({
  network: z.enum(NETWORKS),
  /** Null for the venue's own. */
  address: z.string().nullable(),
  market: z.string(),
  /** ISO. */
  at: z.iso.datetime(),
  code,
  claims: z.partialRecord(
    z.enum(CLAIM_NAMES as [ClaimName, ...ClaimName[]]),
    z.strictObject({ outcome: z.enum(['proved', 'failed']), seen: z.string() }),
  ),
})

const record = z.strictObject({ version: z.literal(1), proofs: z.array(proof) })

export type Proof = z.infer<typeof proof>
export type CodeVersion = z.infer<typeof code>

/** Read once: an update of Keyside may put another in its place later. */
export function codeOf(venue: VenueName): CodeVersion {
  const manifest = new URL('../package.json', import.meta.resolve('ccxt'))
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readText(fileURLToPath(manifest))))
  return { ccxt: version, sources: codeVersion(venue) }
}

/** One proof for each network and address: the newest. */
export function readProofs(home: string, venue: string): readonly Proof[] {
  try {
    return record.parse(JSON.parse(readText(fileOf(home, venue)))).proofs
  } catch {
    // A file that is not there, or that this version does not write, proves nothing.
    return []
  }
}

export function keepProof(home: string, venue: string, made: Proof): string {
  const others = readProofs(home, venue).filter(
    ({ network, address }) => network !== made.network || address !== made.address,
  )
  const file = fileOf(home, venue)
  writePrivate(file, `${JSON.stringify({ version: 1, proofs: [...others, made] }, null, 2)}\n`)
  return file
}

export interface Standing {
  readonly evidence: Evidence
  /** What a run at the venue saw against the claim. */
  readonly failed: string | null
}

export interface StandingOptions {
  readonly venue: VenueName
  readonly proofs: readonly Proof[]
  readonly code: CodeVersion
  /** Where the home trades; null for the venue's own. */
  readonly address: string | null
  /** Unix ms. */
  readonly now: number
}

/** What is known of one claim: the best that still counts. */
export function standingOf(claim: ClaimName, options: StandingOptions): Standing {
  const seen = countingProofs(options).flatMap(({ network, claims }) => {
    const found = claims[claim]
    return found === undefined ? [] : [{ network, ...found }]
  })
  const failed = seen.find(({ outcome }) => outcome === 'failed')?.seen ?? null
  const shownAt = (network: Proof['network']) =>
    seen.some((one) => one.network === network && one.outcome === 'proved')
  return { evidence: best(claim, options.venue, shownAt), failed }
}

function best(
  claim: ClaimName,
  venue: VenueName,
  shownAt: (network: Proof['network']) => boolean,
): Evidence {
  if (shownAt('live')) return 'live'
  if (shownAt('testnet')) return 'testnet'
  if (RECORDED_SHOWS[venue].includes(claim)) return 'recorded'
  return SANDBOX_SHOWS[venue].includes(claim) || shownAt('sandbox') ? 'sandbox' : 'none'
}

/** With this very code, at this address, and not long ago. A test network has an address of its own. */
function countingProofs({ proofs, code, address, now }: StandingOptions): readonly Proof[] {
  return proofs.filter((made) => {
    const age = now - Date.parse(made.at)
    const isSameCode = made.code.ccxt === code.ccxt && made.code.sources === code.sources
    return isSameCode && made.address === address && age >= 0 && age < LIFE_DAYS * DAY_MS
  })
}

function fileOf(home: string, venue: string): string {
  return join(home, 'executor', 'proofs', `${venue}.json`)
}
