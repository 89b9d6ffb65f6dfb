// What every part of the sandbox's OKX shares.
import type { DialectContext } from '../exchange/candle-venue.ts'
import type { Route } from '../exchange/routes.ts'
import type { Instrument } from '../market/instrument.ts'
import { refuse } from './errors.ts'
import type { OkxParameters, OkxRequest } from './requests.ts'

export interface OkxContext extends DialectContext<OkxRequest> {
  /** How long after it happened something is seen, ms. */
  readonly lagMs: number
}

/** Answers with the rows. */
export type OkxRoute = Route<OkxParameters, readonly unknown[]>

/** Throws a VenueRefusal for a market that is not listed. */
export function instrumentOf({ market, listings }: OkxContext, id: string): Instrument {
  const found = market.instruments.find(({ base, quote }) => `${base}-${quote}` === id)
  if (found === undefined || !listings.has(found.symbol)) throw refuse('no_instrument')
  return found
}
