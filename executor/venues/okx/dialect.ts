// OKX spot: what it is like, and the questions that are asked of it.
import type { Dialect } from '../adapter/dialect.ts'
import { okxAccount } from './account.ts'
import { okxMarket, TAKER_FEE } from './market.ts'
import { okxOrders } from './orders.ts'
import { limits, refusals } from './refusals.ts'

/** The shortest three months. */
const QUARTER_MS = 89 * 86_400_000

export const okx: Dialect = {
  name: 'okx',
  ccxt: { id: 'okx', options: { adjustForTimeDifference: false } },
  credentials: ['passphrase'],
  takerFee: TAKER_FEE,
  // What is stamped earlier is refused.
  receiveWindowMs: 30_000,
  timeoutMs: 10_000,
  limits,
  refusals,
  // Orders are matched after they were acknowledged: not measured at the venue.
  viewLagMs: 2_000,
  retention: { unfilledMs: 7_200_000, filledMs: QUARTER_MS, fillsMs: QUARTER_MS },
  fillsSpanMs: Number.POSITIVE_INFINITY,
  wrongSidedStop: 'refused',
  orderNumbers: 'unordered',
  ...okxMarket,
  ...okxAccount,
  ...okxOrders,
}
