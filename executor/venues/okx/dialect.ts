// OKX spot: its endpoints, their parameters, and how their answers are read.
import { z } from 'zod'
import type { Candle, ExchangeOrder } from '../../core/model/exchange.ts'
import type { Batch, Dialect, ListedOrder, Question, VenueMarket } from '../adapter/dialect.ts'
import {
  bookRow,
  candleRow,
  childOf,
  fillRow,
  orderRow,
  readable,
  rowOf,
  rowsOf,
  STOP,
  stopRow,
  TAKER_FEE,
  tickerRow,
  timeRow,
  toBalances,
  toBorrowing,
  toMarket,
  toOrder,
  toRights,
  toStop,
  toTrade,
} from './answers.ts'
import { limitOrder, stopOrder } from './order-request.ts'
import { limits, refusals } from './refusals.ts'

/** What is stamped earlier is refused, ms. */
const RECEIVE_WINDOW_MS = 30_000
/** The most rows that one answer holds. */
const PAGE = '100'
const LEVELS = '100'
/** The shortest three months. */
const QUARTER_MS = 89 * 86_400_000
/** The venue's days begin at midnight in Hong Kong, where the name does not say otherwise. */
const BARS: Readonly<Record<string, readonly [name: string, ms: number]>> = {
  '1s': ['1s', 1_000],
  '1m': ['1m', 60_000],
  '3m': ['3m', 180_000],
  '5m': ['5m', 300_000],
  '15m': ['15m', 900_000],
  '30m': ['30m', 1_800_000],
  '1h': ['1H', 3_600_000],
  '2h': ['2H', 7_200_000],
  '4h': ['4H', 14_400_000],
  '6h': ['6Hutc', 21_600_000],
  '12h': ['12Hutc', 43_200_000],
  '1d': ['1Dutc', 86_400_000],
  '1w': ['1Wutc', 604_800_000],
}
/** What has become of stops, each of which is asked for by itself. */
const ENDS = ['effective', 'canceled', 'order_failed'] as const

const spot = { instType: 'SPOT' } as const
const stops = { ...spot, ordType: 'conditional' } as const

export const okx: Dialect = {
  name: 'okx',
  ccxt: { id: 'okx', options: { adjustForTimeDifference: false } },
  credentials: ['passphrase'],
  takerFee: TAKER_FEE,
  receiveWindowMs: RECEIVE_WINDOW_MS,
  timeoutMs: 10_000,
  limits,
  refusals,
  // Orders are matched after they were acknowledged: not measured at the venue.
  viewLagMs: 2_000,
  retention: { unfilledMs: 7_200_000, filledMs: QUARTER_MS, fillsMs: QUARTER_MS },
  fillsSpanMs: Number.POSITIVE_INFINITY,
  wrongSidedStop: 'refused',
  placing: 'receipt',
  orderNumbers: 'unordered',

  time: () => ({
    method: 'publicGetPublicTime',
    params: {},
    read: (body) => rowOf(timeRow, body)?.ts ?? null,
  }),

  markets: {
    most: 1,
    ask: ([market = '']) => ({
      method: 'publicGetPublicInstruments',
      params: { ...spot, instId: market.replace('/', '-') },
      read: (body) => rowsOf(z.unknown(), body)?.flatMap((row) => toMarket(row) ?? []) ?? null,
    }),
  },

  symbols: () => ({
    method: 'publicGetPublicInstruments',
    params: spot,
    read: (body) => {
      const markets = rowsOf(z.unknown(), body)?.flatMap((row) => toMarket(row) ?? [])
      if (markets === undefined) return null
      return markets.flatMap(({ rules: { status, market } }) =>
        status === 'trading' ? [market] : [],
      )
    },
  }),

  quotes: tickers((rows) =>
    rows
      .map(({ instId: id, bidPx: bid, askPx: ask }) => ({ id, bid, ask }))
      .filter(({ bid, ask }) => bid !== '0' && ask !== '0'),
  ),

  volumes: tickers((rows) => rows.map(({ instId: id, volCcy24h: volume }) => ({ id, volume }))),

  asks: ({ id: instId }) => ({
    method: 'publicGetMarketBooks',
    params: { instId, sz: LEVELS },
    read: (body) => rowOf(bookRow, body)?.asks ?? null,
  }),

  candles: ({ id: instId }, timeframe, limit, since) => {
    const [bar = timeframe, ms = 0] = BARS[timeframe] ?? []
    // Both ends are left out by the venue, which gives the newest in between.
    const between =
      since === undefined ? {} : { before: String(since - 1), after: String(since + limit * ms) }
    return {
      method: 'publicGetMarketCandles',
      params: { instId, bar, limit: String(limit), ...between },
      read: (body) => oldestFirst(rowsOf(candleRow, body)),
    }
  },

  balances: (currencies) => ({
    method: 'privateGetAccountBalance',
    params: {},
    read: (body) => toBalances(body, currencies),
  }),

  keyRights: () => ({ method: 'privateGetAccountConfig', params: {}, read: toRights }),

  borrowing: () => [{ method: 'privateGetAccountConfig', params: {}, read: toBorrowing }],

  placeOrder: ({ id }, order) =>
    order.type === 'limit' ? limitOrder(id, order) : stopOrder(id, order),

  // A receipt as well: what is canceled is seen when the order is asked for.
  cancelOrder: ({ id: instId }, clientOrderId, kind) => [
    {
      ...(kind === 'stop'
        ? {
            method: 'privatePostTradeCancelAlgos',
            params: [{ instId, algoClOrdId: clientOrderId }],
          }
        : { method: 'privatePostTradeCancelOrder', params: { instId, clOrdId: clientOrderId } }),
      read: () => 'requested',
    },
  ],

  orderById: ({ id: instId }, clientOrderId) => [
    {
      method: 'privateGetTradeOrder',
      params: { instId, clOrdId: clientOrderId },
      read: (body) => {
        const row = rowOf(orderRow, body)
        return row?.instId === instId && row.clOrdId === clientOrderId ? toOrder(row) : null
      },
    },
    {
      method: 'privateGetTradeOrderAlgo',
      params: { algoClOrdId: clientOrderId },
      read: (body) => {
        const row = rowOf(stopRow, body)
        return row?.instId === instId && row.algoClOrdId === clientOrderId ? toStop(row) : null
      },
    },
  ],

  triggeredStops: {
    isStop: (exchangeId) => exchangeId.startsWith(STOP),
    order: ({ id: instId }, ordId) => ({
      method: 'privateGetTradeOrder',
      params: { instId, ordId },
      read: (body) => {
        const row = rowOf(orderRow, body)
        return row?.instId === instId && row.ordId === ordId ? toOrder(row) : null
      },
    }),
    list: (market) => ({
      ...stopsThat('effective', market),
      read: (body) =>
        rowsOf(stopRow, body)?.map((row) => ({
          order: childOf(row) ?? null,
          stop: `${STOP}${row.algoId}`,
        })) ?? null,
    }),
    most: Number(PAGE),
  },

  openOrders: (market) => {
    const where = market === null ? {} : { instId: market.id }
    return [
      {
        method: 'privateGetTradeOrdersPending',
        params: { ...spot, ...where },
        read: market === null ? readableOrders : orders(market),
      },
      {
        method: 'privateGetTradeOrdersAlgoPending',
        params: { ...stops, ...where },
        read: market === null ? readableStops : stopsOf(market),
      },
    ]
  },
  wholeAccountFrom: 2,

  recentOrders: (market) => [
    {
      method: 'privateGetTradeOrdersHistory',
      params: { ...spot, instId: market.id, limit: PAGE },
      read: orders(market),
    },
    ...ENDS.map((state) => ({ ...stopsThat(state, market), read: stopsOf(market) })),
  ],

  fills: (market, ordId, from) => ({
    method: 'privateGetTradeFillsHistory',
    params: {
      ...spot,
      instId: market.id,
      ordId,
      limit: PAGE,
      ...(from !== null && { after: from }),
    },
    read: (body) => {
      const rows = rowsOf(fillRow, body)
      if (rows === null || !rows.every((row) => row.instId === market.id && row.ordId === ordId))
        return null
      const fills = rows.map(toTrade).map(({ exchangeId: _, side: __, ...fill }) => fill)
      const last = rows.at(-1)?.billId ?? null
      return { fills, next: rows.length < Number(PAGE) ? null : last }
    },
  }),

  trades: (market) => ({
    method: 'privateGetTradeFills',
    params: { ...spot, instId: market.id, limit: PAGE },
    read: (body) => {
      const rows = rowsOf(fillRow, body)
      return rows?.every(({ instId }) => instId === market.id) ? rows.map(toTrade) : null
    },
  }),
}

/** One market, or all that there are: the venue knows no list of some. */
function tickers<T>(
  read: (rows: readonly z.infer<typeof tickerRow>[]) => readonly T[],
): Batch<VenueMarket, T> {
  return {
    most: Number.POSITIVE_INFINITY,
    ask: ([first, ...others]) => ({
      ...(first !== undefined && others.length === 0
        ? { method: 'publicGetMarketTicker', params: { instId: first.id } }
        : { method: 'publicGetMarketTickers', params: spot }),
      read: (body) => {
        const rows = readable(tickerRow, body)
        return rows === null ? null : read(rows)
      },
    }),
  }
}

function oldestFirst(candles: readonly Candle[] | null): readonly Candle[] | null {
  return candles?.toSorted(([a], [b]) => a - b) ?? null
}

function stopsThat(state: (typeof ENDS)[number], { id: instId }: VenueMarket) {
  const method = 'privateGetTradeOrdersAlgoHistory'
  return { method, params: { ...stops, instId, state, limit: PAGE } }
}

/** Null where one row cannot be read, or is of another market. */
function orders({ id }: VenueMarket): Question<readonly ExchangeOrder[]>['read'] {
  return (body) => {
    const rows = rowsOf(orderRow, body)
    return rows?.every(({ instId }) => instId === id) ? rows.map(toOrder) : null
  }
}

function stopsOf({ id }: VenueMarket): Question<readonly ListedOrder[]>['read'] {
  return (body) => {
    const rows = rowsOf(stopRow, body)
    return rows?.every(({ instId }) => instId === id) ? rows.map(toStop) : null
  }
}

/** What another hand ordered on a market that this device does not know is nothing to stumble over. */
function readableOrders(body: unknown): readonly ExchangeOrder[] | null {
  return readable(orderRow, body)?.map((row) => ({ ...toOrder(row), market: row.instId })) ?? null
}

function readableStops(body: unknown): readonly ListedOrder[] | null {
  return readable(stopRow, body)?.map((row) => ({ ...toStop(row), market: row.instId })) ?? null
}
