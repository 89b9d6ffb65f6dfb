// What every part of the sandbox's Bybit shares.
import type { Account } from '../exchange/account.ts'
import type { Book } from '../exchange/book.ts'
import type { Listings } from '../exchange/listings.ts'
import type { Route } from '../exchange/routes.ts'
import type { Trading } from '../exchange/trading.ts'
import type { Instrument } from '../market/instrument.ts'
import type { Market } from '../market/market.ts'
import { type BybitErrorName, refuse } from './errors.ts'
import type { BybitParameters, BybitRequest } from './requests.ts'

export interface BybitContext {
  readonly market: Market
  readonly book: Book
  readonly listings: Listings
  readonly trading: Trading<BybitRequest>
  readonly accounts: readonly Account[]
  /** The exchange's own time, Unix ms. */
  readonly now: () => number
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

/** Throws a BybitError, in the words of the endpoint, for a market that is not listed. */
export function instrumentOf(
  { market, listings }: BybitContext,
  id: string,
  refusal: BybitErrorName,
): Instrument {
  const found = market.instruments.find((one) => idOf(one) === id)
  if (found === undefined || !listings.has(found.symbol)) throw refuse(refusal)
  return found
}
