// Opens a dialect over one venue whose only streams are candles: what the OKX and the Bybit dialect have in common.
import type { OrderRequest, VenueBehavior } from '@keyside/venue'
import type Big from 'big.js'
import type { Market } from '../market/market.ts'
import { type Account, createAccount } from './account.ts'
import type { Book } from './book.ts'
import { CandleStreams, type StreamWords } from './candle-streams.ts'
import type { VenueApi } from './http.ts'
import type { Listings } from './listings.ts'
import type { OpenedVenue, VenueParts } from './opened-venue.ts'
import { Trading, type TradingOptions } from './trading.ts'

/** What every part of a dialect shares. */
export interface DialectContext<R extends OrderRequest<Big>> {
  readonly market: Market
  readonly book: Book
  readonly listings: Listings
  readonly trading: Trading<R>
  readonly accounts: readonly Account[]
  /** The exchange's own time, Unix ms. */
  readonly now: () => number
}

export interface CandleVenue<R extends OrderRequest<Big>>
  extends Pick<TradingOptions<R>, 'marketOf' | 'refused'> {
  readonly behavior: Partial<VenueBehavior>
  /** Where candles are streamed, and in which words. */
  readonly candles: { readonly path: string; readonly words: StreamWords }
  api(context: DialectContext<R>): VenueApi
  acceptLog(trading: Trading<R>): ReturnType<OpenedVenue['acceptLog']>
}

export function openCandleVenue<R extends OrderRequest<Big>>(
  { market, book, listings, accounts, clock, skewMs, first }: VenueParts,
  { behavior, marketOf, refused, candles, api, acceptLog }: CandleVenue<R>,
): OpenedVenue {
  const trading = new Trading<R>({
    clock,
    market,
    book,
    accounts,
    onEvent: () => undefined,
    isTraded: (symbol) => listings.isTraded(symbol),
    first,
    behavior,
    marketOf,
    refused,
  })
  const streams = new CandleStreams(market, candles.words)
  return {
    api: api({
      market,
      book,
      listings,
      trading,
      accounts: accounts.map((setup) => createAccount(setup, clock.now())),
      now: () => clock.now() + skewMs(),
    }),
    acceptLog: () => acceptLog(trading),
    advance: () => trading.advance(),
    tick: (from, to) => streams.beat(from, to),
    accept: (socket, request) => {
      if (request.url === candles.path) streams.accept(socket)
      else socket.close(1008)
    },
  }
}
