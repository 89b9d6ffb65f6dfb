// Bybit spot: what it is like, and the questions that are asked of it.
import type { Dialect } from '../adapter/dialect.ts'
import { bybitAccount } from './account.ts'
import { bybitMarket, TAKER_FEE } from './market.ts'
import { bybitOrders } from './orders.ts'
import { limits, refusals } from './refusals.ts'

/** What is stamped earlier is refused, ms. */
const RECEIVE_WINDOW_MS = 5_000

const WEEK_MS = 7 * 86_400_000

export const bybit: Dialect = {
  name: 'bybit',
  ccxt: { id: 'bybit', options: { recvWindow: RECEIVE_WINDOW_MS } },
  credentials: [],
  takerFee: TAKER_FEE,
  receiveWindowMs: RECEIVE_WINDOW_MS,
  timeoutMs: 10_000,
  limits,
  refusals,
  // Orders are matched after they were acknowledged, and lists may be late: not measured at the venue.
  viewLagMs: 2_000,
  retention: { unfilledMs: 86_400_000, filledMs: WEEK_MS, fillsMs: 700 * 86_400_000 },
  fillsSpanMs: WEEK_MS,
  wrongSidedStop: 'taken',
  orderNumbers: 'unordered',
  ...bybitMarket,
  ...bybitAccount,
  ...bybitOrders,
}
