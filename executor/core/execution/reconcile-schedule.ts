// When a market is looked at next.

import { atLeast, isZero } from '../model/decimals.ts'
import type { Reconciliation } from '../model/observation.ts'
import type { Position } from '../model/position.ts'
import { available } from '../model/positions.ts'
import { type DecisionContext, remember } from './context.ts'
import { baseOf } from './discrepancies.ts'

const EVERY_MS = 60_000
/** To the second look, which confirms a discrepancy: longer than an exchange's views lag. */
const AGAIN_MS = 10_000
/** Nothing is bought before the first answer, and nothing is sold before coins are counted that a sale was refused for. */
const SOON_MS = 2_000
/** To the next look while coins are missing: coins that come back have no stop until they are seen. */
const BACK_MS = 3_000
/** After this long their return in the next seconds is unlikely. */
const MISSING_GRACE_MS = 300_000
/** So long a sale waits for coins to be counted, and is then tried as it is. */
const COUNTING_MS = 3_000

/** A sale was refused for want of coins: what is there is looked up at once. */
export function countSoon(context: DecisionContext, market: string): undefined {
  const look = context.session.reconciliations[market]
  const { now } = context.environment
  const at = look?.state === 'due' ? now : look?.at
  setLook(context, market, { refusedAt: now, ...(at !== undefined && { at }) })
}

export function isCounting({ session, environment }: DecisionContext, market: string): boolean {
  const refusedAt = session.reconciliations[market]?.refusedAt ?? 0
  return refusedAt > 0 && Math.abs(environment.now - refusedAt) < COUNTING_MS
}

/** Without an answer: as after one that left something open. */
export function pauseAfterSilence(context: DecisionContext, market: string): number {
  const found = context.session.reconciliations[market]?.found
  const isFirst = found === 'awaited' || found === 'overdue'
  return isFirst ? SOON_MS : pauseBefore(context, market, 'open')
}

export function pauseBefore(
  context: DecisionContext,
  market: string,
  found: 'settled' | 'open',
): number {
  const { portfolio, session, environment } = context
  const look = session.reconciliations[market]
  if (look !== undefined && look.refusedAt > 0) return SOON_MS
  const lacking = positionsMissing(portfolio.positions, baseOf(market))
  if (lacking.length > 0 && environment.now - (look?.missingSince ?? 0) < MISSING_GRACE_MS)
    return lacking.some((one) => atLeast(one.missing, available(one))) ? BACK_MS : AGAIN_MS
  return found === 'settled' || portfolio.closedMarkets[market] !== undefined ? EVERY_MS : AGAIN_MS
}

/** Positions in that coin of which some is missing. */
export function positionsMissing(
  positions: Readonly<Record<string, Position>>,
  base: string,
): readonly Position[] {
  return Object.values(positions).filter(
    ({ market, missing }) => baseOf(market) === base && !isZero(missing),
  )
}

export function setLook(
  context: DecisionContext,
  market: string,
  change: Partial<Reconciliation>,
): undefined {
  const look = context.session.reconciliations[market]
  if (look === undefined) return
  remember(context, 'reconciliations', market, { ...look, ...change })
}
