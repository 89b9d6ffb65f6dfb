// Who asks what anybody may ask of a venue, without an account.
import type { Dialect, Limits, Question, Refusals } from './dialect.ts'
import type { Reply } from './reply.ts'

export interface MarketDialect
  extends Pick<
    Dialect,
    'time' | 'markets' | 'symbols' | 'quotes' | 'volumes' | 'asks' | 'candles'
  > {
  readonly limits: Pick<Limits, 'bookMs'>
  readonly refusals: Pick<Refusals, 'isUnknownMarket'>
}

export interface MarketClient {
  readonly dialect: MarketDialect
  /** Never throws for what the venue or the network does. */
  ask<T>(question: Question<T>): Promise<Reply<T>>
}
