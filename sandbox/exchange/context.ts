// What every part of the sandbox exchange shares.
import type { OrderEffects } from '@keyside/venue'
import type { Instrument } from '../market/instrument.ts'
import type { Market } from '../market/market.ts'
import type { Account } from './account.ts'
import type { Book } from './book.ts'
import { refuse } from './errors.ts'
import type { Listings } from './listings.ts'
import type { SpotRequest } from './order-request.ts'
import type { ParameterRules, Parameters } from './parameters.ts'
import type { Trading } from './trading.ts'

export interface ExchangeContext {
  readonly market: Market
  readonly book: Book
  readonly listings: Listings
  readonly trading: Trading<SpotRequest>
  readonly accounts: readonly Account[]
  /** The exchange's own time, Unix ms. */
  readonly now: () => number
  /** A name for an order or a cancel that came without one. */
  readonly ownId: () => string
  /** Throws an ExchangeError once too many orders came in ten seconds. */
  readonly countOrder: () => void
}

interface Call {
  readonly parameters: Parameters
  readonly effects: OrderEffects
}

export interface SignedCall extends Call {
  readonly account: Account
}

interface EndpointBase {
  /** Request weight. */
  readonly weight: number | ((parameters: Parameters) => number)
  readonly rules: ParameterRules
}

export type Endpoint = EndpointBase &
  (
    | { readonly access: 'public'; readonly answer: (call: Call) => unknown }
    | { readonly access: 'read' | 'trade'; readonly answer: (call: SignedCall) => unknown }
  )

/** Method and path to what answers there. */
export type Endpoints = Readonly<Record<string, Endpoint>>

/** Throws an ExchangeError for a symbol that is not traded here. */
export function instrumentOf(context: ExchangeContext, id: string | undefined): Instrument {
  const instrument = context.market.instruments.find((candidate) => candidate.id === id)
  if (instrument === undefined || !isListed(context, instrument)) throw refuse('bad_symbol')
  return instrument
}

export function isListed({ listings }: ExchangeContext, { symbol }: Instrument): boolean {
  return listings.has(symbol)
}
