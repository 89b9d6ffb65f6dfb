// Asks a venue's public questions, which need no account.
import type { Batch, Limits, MarketQuestions, Question, Refusals, VenueMarket } from './dialect.ts'
import type { Reply } from './reply.ts'

export interface MarketDialect extends MarketQuestions {
  readonly limits: Pick<Limits, 'bookMs'>
  readonly refusals: Pick<Refusals, 'isUnknownMarket'>
}

export interface MarketClient {
  readonly dialect: MarketDialect
  /** Never throws for what the venue or the network does. */
  ask<T>(question: Question<T>): Promise<Reply<T>>
}

/** For a venue that speaks of one market or of all, and knows no list of some: of all where there is not just one. */
export function oneOrAll<T>(
  ask: (only: VenueMarket | undefined) => Question<readonly T[]>,
): Batch<VenueMarket, T> {
  return {
    most: Number.POSITIVE_INFINITY,
    ask: ([first, ...others]) => ask(others.length === 0 ? first : undefined),
  }
}
