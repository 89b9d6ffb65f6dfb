// Binance spot: what it is like, and the questions that are asked of it.
import { KEPT_FOR_EVER } from '../../core/model/exchange.ts'
import type { Dialect } from '../adapter/dialect.ts'
import { binanceAccount } from './account.ts'
import { binanceMarket, TAKER_FEE } from './market.ts'
import { binanceOrders } from './orders.ts'
import { limits, refusals } from './refusals.ts'

/** Checked on arrival and again before the matching engine, ms. */
const RECEIVE_WINDOW_MS = 5_000

export const binance: Dialect = {
  name: 'binance',
  ccxt: {
    id: 'binance',
    options: {
      recvWindow: RECEIVE_WINDOW_MS,
      adjustForTimeDifference: false,
      fetchMarkets: { types: ['spot'] },
      fetchMargins: false,
    },
  },
  credentials: [],
  takerFee: TAKER_FEE,
  receiveWindowMs: RECEIVE_WINDOW_MS,
  // Longer than the venue's own 10 s for its back end, so that its answer is seen.
  timeoutMs: 15_000,
  limits,
  refusals,
  // An order that it has acknowledged is in its next answer.
  viewLagMs: 0,
  retention: { ...KEPT_FOR_EVER, unfilledMs: 90 * 86_400_000 },
  fillsSpanMs: Number.POSITIVE_INFINITY,
  wrongSidedStop: 'refused',
  orderNumbers: 'grow',
  ...binanceMarket,
  ...binanceAccount,
  ...binanceOrders,
}
