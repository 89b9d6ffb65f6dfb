// Bybit's dialect, over one venue that takes a stop on the wrong side for a take-profit: REST, and of its streams the
// candles alone.
import { acceptedOrder } from '../exchange/accept-log.ts'
import { createAccount } from '../exchange/account.ts'
import { CandleStreams } from '../exchange/candle-streams.ts'
import type { OpenedVenue, VenueDialect, VenueParts } from '../exchange/opened-venue.ts'
import { Trading } from '../exchange/trading.ts'
import { NEW_BYBIT_ORDER } from './account-routes.ts'
import { BybitFace } from './face.ts'
import type { BybitRequest } from './requests.ts'
import { BYBIT_HABITS, bybitMarket, bybitRefusal } from './rules.ts'
import { bybitStreamWords } from './streams.ts'

const CANDLES = '/v5/public/spot'

interface BybitHabits {
  /** How long after it happened something is seen, ms. */
  readonly lagMs?: number
  /** For so long the view of open orders still shows one that is over, ms; longer than the history lags. */
  readonly closedMs?: number
}

export function bybitDialect({ lagMs = 0, closedMs = 600_000 }: BybitHabits = {}): VenueDialect {
  return { newOrder: NEW_BYBIT_ORDER, open: (parts) => openBybit(parts, { lagMs, closedMs }) }
}

function openBybit(parts: VenueParts, habits: Required<BybitHabits>): OpenedVenue {
  const { market, book, listings, accounts, clock, skewMs, first } = parts
  const trading = new Trading<BybitRequest>({
    clock,
    market,
    book,
    accounts,
    onEvent: () => undefined,
    isTraded: (symbol) => listings.isTraded(symbol),
    first,
    habits: BYBIT_HABITS,
    marketOf: bybitMarket,
    refused: bybitRefusal,
  })
  const face = new BybitFace({
    market,
    book,
    listings,
    trading,
    accounts: accounts.map((setup) => createAccount(setup, clock.now())),
    now: () => clock.now() + skewMs(),
    ...habits,
  })
  const streams = new CandleStreams(market, bybitStreamWords(market))
  return {
    face,
    acceptLog: () =>
      trading.venue.orders.map((order) => acceptedOrder(order, ({ orderFilter }) => orderFilter)),
    advance: () => trading.advance(),
    tick: (from, to) => streams.beat(from, to),
    accept: (socket, request) => {
      if (request.url === CANDLES) streams.accept(socket)
      else socket.close(1008)
    },
  }
}
