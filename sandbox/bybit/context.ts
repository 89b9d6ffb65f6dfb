// What every part of the sandbox's Bybit shares.
import type { DialectContext } from '../exchange/candle-venue.ts'
import type { Route } from '../exchange/routes.ts'
import type { Instrument } from '../market/instrument.ts'
import { type BybitErrorName, refuse } from './errors.ts'
import type { BybitParameters, BybitRequest } from './requests.ts'

export interface BybitContext extends DialectContext<BybitRequest> {
  /** How long after it happened something is seen, ms; in the history twice as long. */
  readonly lagMs: number
  /** For so long the view of open orders still shows one that is over, ms. */
  readonly closedMs: number
}

/** Answers with what stands in `result`. */
export type BybitRoute = Route<BybitParameters, object>

export function idOf({ base, quote }: Pick<Instrument, 'base' | 'quote'>): string {
  return `${base}${quote}`
}

/** Throws a VenueRefusal, in the words of the endpoint, for a market that is not listed. */
export function instrumentOf(
  { market, listings }: BybitContext,
  id: string,
  refusal: BybitErrorName,
): Instrument {
  const found = market.instruments.find((one) => idOf(one) === id)
  if (found === undefined || !listings.has(found.symbol)) throw refuse(refusal)
  return found
}
