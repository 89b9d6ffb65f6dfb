// OKX's dialect, over one venue whose stops become other orders: REST, and of its streams the candles alone.
import { acceptedOrder } from '../exchange/accept-log.ts'
import { createAccount } from '../exchange/account.ts'
import { CandleStreams } from '../exchange/candle-streams.ts'
import type { OpenedVenue, VenueDialect, VenueParts } from '../exchange/opened-venue.ts'
import { Trading } from '../exchange/trading.ts'
import { NEW_OKX_ORDER, OkxFace } from './face.ts'
import type { OkxOrder, OkxRequest } from './requests.ts'
import { OKX_HABITS, okxMarket, okxRefusal } from './rules.ts'
import { okxStreamWords } from './streams.ts'

const CANDLES = '/ws/v5/business'

/** `lagMs`: how long after it happened something is seen. */
export function okxDialect({ lagMs = 0 } = {}): VenueDialect {
  return { newOrder: NEW_OKX_ORDER, open: (parts) => openOkx(parts, lagMs) }
}

function openOkx(parts: VenueParts, lagMs: number): OpenedVenue {
  const { market, book, listings, accounts, clock, skewMs, first } = parts
  const trading = new Trading<OkxRequest>({
    clock,
    market,
    book,
    accounts,
    onEvent: () => undefined,
    isTraded: (symbol) => listings.isTraded(symbol),
    first,
    habits: OKX_HABITS,
    marketOf: okxMarket,
    refused: okxRefusal,
  })
  const context = {
    market,
    book,
    listings,
    trading,
    accounts: accounts.map((setup) => createAccount(setup, clock.now())),
    now: () => clock.now() + skewMs(),
    lagMs,
  }
  const streams = new CandleStreams(market, okxStreamWords(market))
  return {
    face: new OkxFace(context),
    acceptLog: () =>
      trading.venue.orders
        .filter(({ parent }) => parent === null)
        .map((order) => acceptedOrder(followed(trading, order), ({ ordType }) => ordType)),
    advance: () => trading.advance(),
    tick: (from, to) => streams.beat(from, to),
    accept: (socket, request) => {
      if (request.url === CANDLES) streams.accept(socket)
      else socket.close(1008)
    },
  }
}

/** What came of a stop is what came of the order that it became. */
function followed({ venue }: Trading<OkxRequest>, stop: OkxOrder): OkxOrder {
  const child = stop.child === null ? undefined : venue.orders.find(({ id }) => id === stop.child)
  if (child === undefined) return stop
  const { status, filled, filledValue, fills } = child
  return { ...stop, status, filled, filledValue, fills }
}
