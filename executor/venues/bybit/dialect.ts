// Bybit spot: its endpoints, their parameters, and how their answers are read.
import { z } from 'zod'
import type { ExchangeOrder } from '../../core/model/exchange.ts'
import type { Batch, Dialect, Question, VenueMarket } from '../adapter/dialect.ts'
import {
  book,
  candleRow,
  clock,
  fillPage,
  isUnified,
  orderRow,
  readable,
  resultOf,
  rowsOf,
  TAKER_FEE,
  tickerRow,
  toBalances,
  toBorrowing,
  toMarket,
  toOrder,
  toRights,
  toTrade,
} from './answers.ts'
import { limitOrder, stopOrder } from './order-request.ts'
import { limits, refusals } from './refusals.ts'

/** What is stamped earlier is refused, ms. */
const RECEIVE_WINDOW_MS = 5_000
/** The most rows that one answer holds. */
const PAGE = 50
const WEEK_MS = 7 * 86_400_000
const FILLS = 100
const LEVELS = 100
/** Fifty a second of each are allowed; ccxt counts five, from when ten were. */
const weight = 1
const BARS: Readonly<Record<string, readonly [name: string, ms: number]>> = {
  '1m': ['1', 60_000],
  '3m': ['3', 180_000],
  '5m': ['5', 300_000],
  '15m': ['15', 900_000],
  '30m': ['30', 1_800_000],
  '1h': ['60', 3_600_000],
  '2h': ['120', 7_200_000],
  '4h': ['240', 14_400_000],
  '6h': ['360', 21_600_000],
  '12h': ['720', 43_200_000],
  '1d': ['D', 86_400_000],
  '1w': ['W', 604_800_000],
}

const spot = { category: 'spot' } as const

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
  retention: {
    unfilledMs: 86_400_000,
    filledMs: WEEK_MS,
    fillsMs: 700 * 86_400_000,
  },
  fillsSpanMs: WEEK_MS,
  wrongSidedStop: 'taken',
  placing: 'receipt',
  orderNumbers: 'unordered',

  time: () => ({
    method: 'publicGetV5MarketTime',
    params: {},
    weight,
    read: (body) => clock.safeParse(body).data?.time ?? null,
  }),

  markets: {
    most: 1,
    ask: ([market = '']) => ({
      method: 'publicGetV5MarketInstrumentsInfo',
      params: { ...spot, symbol: market.replace('/', '') },
      weight,
      read: markets,
    }),
  },

  symbols: () => ({
    method: 'publicGetV5MarketInstrumentsInfo',
    params: spot,
    weight,
    read: (body) =>
      markets(body)?.flatMap(({ rules: { status, market } }) =>
        status === 'trading' ? [market] : [],
      ) ?? null,
  }),

  quotes: tickers((rows) =>
    rows
      .map(({ symbol: id, bid1Price: bid, ask1Price: ask }) => ({ id, bid, ask }))
      .filter(({ bid, ask }) => bid !== '0' && ask !== '0'),
  ),

  volumes: tickers((rows) => rows.map(({ symbol: id, turnover24h: volume }) => ({ id, volume }))),

  asks: ({ id: symbol }) => ({
    method: 'publicGetV5MarketOrderbook',
    params: { ...spot, symbol, limit: LEVELS },
    weight,
    read: (body) => {
      const read = resultOf(book, body)
      return read?.s === symbol ? read.a : null
    },
  }),

  candles: ({ id: symbol }, timeframe, limit, since) => {
    const [interval = timeframe, ms = 0] = BARS[timeframe] ?? []
    // Both ends are given, and the newest in between.
    const between = since === undefined ? {} : { start: since, end: since + limit * ms - 1 }
    return {
      method: 'publicGetV5MarketKline',
      params: { ...spot, symbol, interval, limit, ...between },
      weight,
      read: (body) => rowsOf(candleRow, body)?.toSorted(([a], [b]) => a - b) ?? null,
    }
  },

  balances: (currencies) => ({
    method: 'privateGetV5AccountWalletBalance',
    params: { accountType: 'UNIFIED' },
    weight,
    read: (body) => toBalances(body, currencies),
  }),

  keyRights: () => ({ method: 'privateGetV5UserQueryApi', params: {}, read: toRights }),

  borrowing: () => [
    { method: 'privateGetV5AccountInfo', params: {}, read: isUnified },
    { method: 'privateGetV5SpotMarginTradeState', params: {}, read: toBorrowing },
  ],

  placeOrder: ({ id }, order) =>
    order.type === 'limit' ? limitOrder(id, order) : stopOrder(id, order),

  // Receipts as well: what is canceled is seen when the order is asked for. A stop that has triggered is an order.
  cancelOrder: ({ id: symbol }, orderLinkId, kind) =>
    (kind === 'stop' ? ['tpslOrder', 'Order'] : ['Order']).map((orderFilter) => ({
      method: 'privatePostV5OrderCancel',
      params: { ...spot, symbol, orderLinkId, orderFilter },
      read: () => 'requested',
    })),

  // What is over may be gone from the first, and has to be in the second.
  orderById: ({ id: symbol }, orderLinkId) =>
    [REALTIME, HISTORY].map((method) => ({
      method,
      params: { ...spot, symbol, orderLinkId },
      weight,
      read: (body) => {
        const rows = rowsOf(orderRow, body)
        const [row] = rows ?? []
        if (row === undefined) return rows && 'missing'
        const isOurs = row.symbol === symbol && row.orderLinkId === orderLinkId
        return isOurs && rows?.length === 1 ? toOrder(row) : null
      },
    })),

  openOrders: (market) => [
    {
      method: REALTIME,
      params: { ...spot, ...(market && { symbol: market.id }), openOnly: 0, limit: PAGE },
      weight,
      // What another hand ordered on a market that this device does not know is nothing to stumble over.
      read:
        market === null
          ? (body) =>
              readable(orderRow, body)?.map((row) => ({ ...toOrder(row), market: row.symbol })) ??
              null
          : orders(market),
    },
  ],
  wholeAccountFrom: 2,

  recentOrders: (market) => [
    {
      method: REALTIME,
      params: { ...spot, symbol: market.id, openOnly: 1, limit: PAGE },
      weight,
      read: orders(market),
    },
    {
      method: HISTORY,
      params: { ...spot, symbol: market.id, limit: PAGE },
      weight,
      read: orders(market),
    },
  ],

  // With a number everything else that is asked for may be passed over by the venue.
  fills: (market, orderId, from, span) => ({
    method: FILLED,
    params: {
      ...spot,
      symbol: market.id,
      ...(span === undefined ? { orderId } : { startTime: span.since, endTime: span.until }),
      limit: FILLS,
      ...(from && { cursor: from }),
    },
    weight,
    read: (body) => {
      const page = resultOf(fillPage, body)
      const ours = page?.list.filter((row) => row.orderId === orderId) ?? []
      const isHere = page?.list.every(({ symbol }) => symbol === market.id)
      if (page === null || isHere !== true) return null
      if (span === undefined && ours.length < page.list.length) return null
      const fills = ours
        .map((row) => toTrade(row, market))
        .map(({ exchangeId: _, clientOrderId: __, side: ___, ...fill }) => fill)
      return { fills, next: page.list.length < FILLS ? null : page.nextPageCursor || null }
    },
  }),

  trades: (market) => ({
    method: FILLED,
    params: { ...spot, symbol: market.id, limit: FILLS },
    weight,
    read: (body) => {
      const page = resultOf(fillPage, body)
      const isHere = page?.list.every(({ symbol }) => symbol === market.id)
      return isHere ? (page?.list.map((row) => toTrade(row, market)) ?? null) : null
    },
  }),
}

const REALTIME = 'privateGetV5OrderRealtime'
const HISTORY = 'privateGetV5OrderHistory'
const FILLED = 'privateGetV5ExecutionList'

function markets(body: unknown): readonly VenueMarket[] | null {
  return rowsOf(z.unknown(), body)?.flatMap((row) => toMarket(row) ?? []) ?? null
}

/** One market, or all that there are: the venue knows no list of some. */
function tickers<T>(
  read: (rows: readonly z.infer<typeof tickerRow>[]) => readonly T[],
): Batch<VenueMarket, T> {
  return {
    most: Number.POSITIVE_INFINITY,
    ask: ([first, ...others]) => ({
      method: 'publicGetV5MarketTickers',
      params: first !== undefined && others.length === 0 ? { ...spot, symbol: first.id } : spot,
      weight,
      read: (body) => {
        const rows = readable(tickerRow, body)
        return rows === null ? null : read(rows)
      },
    }),
  }
}

/** Null where one row cannot be read, or is of another market. */
function orders({ id }: VenueMarket): Question<readonly ExchangeOrder[]>['read'] {
  return (body) => {
    const rows = rowsOf(orderRow, body)
    return rows?.every(({ symbol }) => symbol === id) ? rows.map(toOrder) : null
  }
}
