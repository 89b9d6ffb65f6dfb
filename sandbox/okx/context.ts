// What every part of the sandbox's OKX shares.
import type { Account } from '../exchange/account.ts'
import type { Book } from '../exchange/book.ts'
import type { Listings } from '../exchange/listings.ts'
import type { Route } from '../exchange/routes.ts'
import type { Trading } from '../exchange/trading.ts'
import type { Instrument } from '../market/instrument.ts'
import type { Market } from '../market/market.ts'
import { refuse } from './errors.ts'
import type { OkxParameters, OkxRequest } from './requests.ts'

export interface OkxContext {
  readonly market: Market
  readonly book: Book
  readonly listings: Listings
  readonly trading: Trading<OkxRequest>
  readonly accounts: readonly Account[]
  /** The exchange's own time, Unix ms. */
  readonly now: () => number
  /** How long after it happened something is seen, ms. */
  readonly lagMs: number
}

/** Answers with the rows. */
export type OkxRoute = Route<OkxParameters, readonly unknown[]>

/** Throws an OkxError for a market that is not listed. */
export function instrumentOf({ market, listings }: OkxContext, id: string): Instrument {
  const found = market.instruments.find(({ base, quote }) => `${base}-${quote}` === id)
  if (found === undefined || !listings.has(found.symbol)) throw refuse('no_instrument')
  return found
}
