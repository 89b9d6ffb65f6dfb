// Bybit's dialect, over one venue that takes a stop on the wrong side for a take-profit: REST, and of its streams the
// candles alone.
import { acceptedOrder } from '../exchange/accept-log.ts'
import { openCandleVenue } from '../exchange/candle-venue.ts'
import type { VenueDialect } from '../exchange/opened-venue.ts'
import { NEW_BYBIT_ORDER } from './account-routes.ts'
import { BybitApi } from './api.ts'
import type { BybitRequest } from './requests.ts'
import { BYBIT_BEHAVIOR, bybitMarket, bybitRefusal } from './rules.ts'
import { bybitStreamWords } from './streams.ts'

interface BybitHabits {
  /** How long after it happened something is seen, ms. */
  readonly lagMs?: number
  /** For so long the view of open orders still shows one that is over, ms; longer than the history lags. */
  readonly closedMs?: number
}

export function bybitDialect({ lagMs = 0, closedMs = 600_000 }: BybitHabits = {}): VenueDialect {
  return {
    newOrder: NEW_BYBIT_ORDER,
    open: (parts) =>
      openCandleVenue<BybitRequest>(parts, {
        behavior: BYBIT_BEHAVIOR,
        marketOf: bybitMarket,
        refused: bybitRefusal,
        candles: { path: '/v5/public/spot', words: bybitStreamWords(parts.market) },
        api: (context) => new BybitApi({ ...context, lagMs, closedMs }),
        acceptLog: ({ venue }) =>
          venue.orders.map((order) => acceptedOrder(order, ({ orderFilter }) => orderFilter)),
      }),
  }
}
