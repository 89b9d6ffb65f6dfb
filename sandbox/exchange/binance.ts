// Binance's dialect: REST, market streams and the user data stream over one venue.
import { acceptedOrder } from './accept-log.ts'
import { createAccount } from './account.ts'
import { accountEndpoints } from './account-endpoints.ts'
import { BinanceApi, NEW_ORDER } from './binance-api.ts'
import { marketSetup, refusalOf } from './filters.ts'
import { LIMITS, Limits } from './limits.ts'
import { marketEndpoints } from './market-endpoints.ts'
import { MarketStreams } from './market-streams.ts'
import type { OpenedVenue, VenueDialect, VenueParts } from './opened-venue.ts'
import type { SpotRequest } from './order-request.ts'
import { Trading, type TradingEvent } from './trading.ts'
import { UserStreams } from './user-streams.ts'

export const binance: VenueDialect = { newOrder: NEW_ORDER, open: openBinance }

function openBinance(parts: VenueParts): OpenedVenue {
  const { market, book, listings, accounts, clock, randomBytes, skewMs, first } = parts
  const limits = new Limits(clock, { ...LIMITS, ...parts.limits })
  const trading = new Trading<SpotRequest>({
    clock,
    market,
    book,
    accounts,
    onEvent: (event: TradingEvent<SpotRequest>) => userStreams.publish(event),
    isTraded: (symbol) => listings.isTraded(symbol),
    first,
    marketOf: marketSetup,
    refused: refusalOf,
  })
  const context = {
    market,
    book,
    listings,
    trading,
    accounts: accounts.map((setup) => createAccount(setup, clock.now())),
    now: () => clock.now() + skewMs(),
    ownId: () => Buffer.from(randomBytes(11)).toString('hex'),
    countOrder: () => limits.takeOrder(),
  }
  const userStreams = new UserStreams(context)
  const marketStreams = new MarketStreams(context)
  return {
    api: new BinanceApi(
      context,
      { ...marketEndpoints(context), ...accountEndpoints(context) },
      limits,
    ),
    acceptLog: () =>
      trading.venue.orders.map((order) => acceptedOrder(order, ({ spotType }) => spotType)),
    advance: () => trading.advance(),
    tick: (from, to) => marketStreams.beat(from, to),
    accept: (socket, request) => {
      const url = new URL(request.url ?? '/', 'http://sandbox')
      if (url.pathname.startsWith('/ws-api/')) userStreams.accept(socket)
      else if (/^\/(ws|stream)(\/|$)/.test(url.pathname)) marketStreams.accept(socket, url)
      else socket.close(1008)
    },
  }
}
