// OKX's dialect, over one venue whose stops become other orders: REST, and of its streams the candles alone.
import { acceptedOrder } from '../exchange/accept-log.ts'
import { openCandleVenue } from '../exchange/candle-venue.ts'
import type { VenueDialect } from '../exchange/opened-venue.ts'
import type { Trading } from '../exchange/trading.ts'
import { NEW_OKX_ORDER, OkxApi } from './api.ts'
import type { OkxOrder, OkxRequest } from './requests.ts'
import { OKX_BEHAVIOR, okxMarket, okxRefusal } from './rules.ts'
import { okxStreamWords } from './streams.ts'

/** `lagMs`: how long after it happened something is seen. */
export function okxDialect({ lagMs = 0 } = {}): VenueDialect {
  return {
    newOrder: NEW_OKX_ORDER,
    open: (parts) =>
      openCandleVenue<OkxRequest>(parts, {
        behavior: OKX_BEHAVIOR,
        marketOf: okxMarket,
        refused: okxRefusal,
        candles: { path: '/ws/v5/business', words: okxStreamWords(parts.market) },
        api: (context) => new OkxApi({ ...context, lagMs }),
        acceptLog: (trading) =>
          trading.venue.orders
            .filter(({ parent }) => parent === null)
            .map((order) => acceptedOrder(followed(trading, order), ({ ordType }) => ordType)),
      }),
  }
}

/** What came of a stop is what came of the order that it became. */
function followed({ venue }: Trading<OkxRequest>, stop: OkxOrder): OkxOrder {
  const child = stop.child === null ? undefined : venue.orders.find(({ id }) => id === stop.child)
  if (child === undefined) return stop
  const { status, filled, filledValue, fills } = child
  return { ...stop, status, filled, filledValue, fills }
}
