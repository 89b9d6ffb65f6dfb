// What the venue itself has not shown to this device of what an entry relies on, as it stands now.
import type { Clock } from '@keyside/runtime'
import type { VenueConfig } from '../create-venue.ts'
import { PAPER } from '../names.ts'
import { asksWithout, CLAIM_NAMES, type ClaimName } from './claims.ts'
import { type CodeVersion, codeOf, type Proof, readProofs, standingOf } from './record.ts'

/** A proof ends by its age alone while the executor runs: `keyside venue prove` wants it stopped. ms. */
const AGAIN_MS = 60_000

interface UnprovedOptions {
  /** KEYSIDE_HOME. */
  readonly home: string
  readonly exchange: Pick<VenueConfig, 'name' | 'address'>
  readonly clock: Pick<Clock, 'now'>
}

/** Names of claims: empty where all are shown, and on paper, where nothing is asked of the venue but prices. */
export function unprovedClaims({
  home,
  exchange: { name, address },
  clock,
}: UnprovedOptions): () => readonly ClaimName[] {
  if (name === PAPER) return () => []
  const asked = CLAIM_NAMES.filter(asksWithout)
  let known: { readonly code: CodeVersion; readonly proofs: readonly Proof[] }
  try {
    known = { code: codeOf(name), proofs: readProofs(home, name) }
  } catch {
    // Code whose version cannot be read counts as not proved.
    return () => asked
  }
  let last: { readonly at: number; readonly open: readonly ClaimName[] } | null = null
  return () => {
    const now = clock.now()
    if (last !== null && Math.abs(now - last.at) < AGAIN_MS) return last.open
    const options = { venue: name, address: address ?? null, now, ...known }
    const open = asked.filter((claim) => {
      const { evidence, failed } = standingOf(claim, options)
      return failed !== null || (evidence !== 'live' && evidence !== 'testnet')
    })
    last = { at: now, open }
    return open
  }
}
