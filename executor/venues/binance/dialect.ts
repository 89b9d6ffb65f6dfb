// Binance spot: its endpoints, their parameters, and how their answers are read.
import { z } from 'zod'
import type { ExchangeOrder } from '../../core/model/exchange.ts'
import type { Dialect, Question } from '../adapter/dialect.ts'
import {
  accountAnswer,
  assetOf,
  balanceAnswer,
  canceledAnswer,
  candleAnswer,
  dayAnswer,
  depthAnswer,
  marketsAnswer,
  nameOf,
  orderAnswer,
  readable,
  TAKER_FEE,
  tickerAnswer,
  timeAnswer,
  toMarket,
  toOrder,
  toRights,
  toTrade,
  tradeAnswer,
} from './answers.ts'
import { orderParams, placed } from './order-request.ts'
import { limits, refusals } from './refusals.ts'

/** Checked on arrival and again before the matching engine, ms. */
const RECEIVE_WINDOW_MS = 5_000

/** The most orders or trades that one answer holds. */
const PAGE = 1_000
/** As many levels of a book as the venue gives for its lowest weight. */
const LEVELS = '100'
/** In ccxt's units, which knows only the weight of a question without an order. */
const FILLS_WEIGHT = 1
/** The open orders of all markets: 80 of the address's weight. */
const ALL_ORDERS_WEIGHT = 16

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
  // What it has answered to is in its next answer.
  viewLagMs: 0,
  retention: {
    unfilledMs: 90 * 86_400_000,
    filledMs: Number.POSITIVE_INFINITY,
    fillsMs: Number.POSITIVE_INFINITY,
  },
  fillsSpanMs: Number.POSITIVE_INFINITY,
  wrongSidedStop: 'refused',
  placing: 'outcome',
  orderNumbers: 'grow',

  time: () => ({
    method: 'publicGetTime',
    params: {},
    read: (body) => timeAnswer.safeParse(body).data?.serverTime ?? null,
  }),

  markets: {
    most: Number.POSITIVE_INFINITY,
    ask: (markets) => ({
      method: 'publicGetExchangeInfo',
      params: named(markets.map((market) => market.replace('/', ''))),
      read: (body) =>
        marketsAnswer.safeParse(body).data?.symbols.flatMap((row) => toMarket(row) ?? []) ?? null,
    }),
  },

  // Without its filters a market is a tenth as long; there are some thousand of them.
  symbols: () => ({
    method: 'publicGetExchangeInfo',
    params: { symbolStatus: 'TRADING', showPermissionSets: 'false' },
    read: (body) => {
      const symbols = marketsAnswer.safeParse(body).data?.symbols
      return symbols?.flatMap((row) => nameOf(row) ?? []) ?? null
    },
  }),

  quotes: {
    most: Number.POSITIVE_INFINITY,
    ask: (markets) => ({
      method: 'publicGetTickerBookTicker',
      params: named(markets.map(({ id }) => id)),
      read: rows((body) =>
        readable(tickerAnswer, body)
          .map(({ symbol: id, bidPrice: bid, askPrice: ask }) => ({ id, bid, ask }))
          // An empty side of the book is written as 0.
          .filter(({ bid, ask }) => bid !== '0' && ask !== '0'),
      ),
    }),
  },

  volumes: {
    most: Number.POSITIVE_INFINITY,
    ask: (markets) => ({
      method: 'publicGetTicker24hr',
      params: named(markets.map(({ id }) => id)),
      // ccxt takes any list for a list of all markets: 16 units, a second of waiting.
      weight: markets.length <= 20 ? 0.4 : 8,
      read: rows((body) =>
        readable(dayAnswer, body).map(({ symbol: id, quoteVolume: volume }) => ({ id, volume })),
      ),
    }),
  },

  asks: ({ id: symbol }) => ({
    method: 'publicGetDepth',
    params: { symbol, limit: LEVELS },
    read: (body) => depthAnswer.safeParse(body).data?.asks ?? null,
  }),

  candles: ({ id: symbol }, timeframe, limit, since) => ({
    method: 'publicGetKlines',
    params: {
      symbol,
      interval: timeframe,
      limit: String(limit),
      ...(since !== undefined && { startTime: String(since) }),
    },
    read: (body) =>
      z
        .array(candleAnswer)
        .safeParse(body)
        .data?.map(([start, open, high, low, close]) => [start / 1_000, open, high, low, close]) ??
      null,
  }),

  balances: (currencies) => ({
    method: 'privateGetAccount',
    params: { omitZeroBalances: 'true' },
    read: (body) => {
      const read = accountAnswer.safeParse(body)
      if (!read.success) return null
      const { balances } = read.data
      // Exchanges also list coins by the million million, which no amount here can say.
      const isOther = (row: unknown) => {
        const { data } = assetOf.safeParse(row)
        return data !== undefined && !currencies.has(data.asset)
      }
      if (balances.some((row) => !balanceAnswer.safeParse(row).success && !isOther(row)))
        return null
      return readable(balanceAnswer, balances).map(({ asset: currency, free, locked: used }) => ({
        currency,
        free,
        used,
      }))
    },
  }),

  keyRights: () => ({ method: 'sapiGetAccountApiRestrictions', params: {}, read: toRights }),

  placeOrder: ({ id: symbol }, order) => {
    const params = orderParams(order, symbol)
    return { method: 'privatePostOrder', params, read: (body) => placed(body, params) }
  },

  cancelOrder: ({ id: symbol }, clientOrderId) => [
    {
      method: 'privateDeleteOrder',
      params: { symbol, origClientOrderId: clientOrderId },
      read: (body) => {
        const { data } = canceledAnswer.safeParse(body)
        const isOurs = data?.symbol === symbol && data.origClientOrderId === clientOrderId
        return isOurs ? 'canceled' : null
      },
    },
  ],

  orderById: ({ id: symbol }, clientOrderId) => [
    {
      method: 'privateGetOrder',
      params: { symbol, origClientOrderId: clientOrderId },
      read: (body) => {
        const { data } = orderAnswer.safeParse(body)
        const isOurs = data?.symbol === symbol && data.clientOrderId === clientOrderId
        return isOurs ? toOrder(data) : null
      },
    },
  ],

  openOrders: (market) => [
    market === null
      ? {
          method: 'privateGetOpenOrders',
          params: {},
          weight: ALL_ORDERS_WEIGHT,
          read: readableOrders,
        }
      : { method: 'privateGetOpenOrders', params: { symbol: market.id }, read: orders(market.id) },
  ],
  // 80 for all of them, 6 for those of a market.
  wholeAccountFrom: 14,

  recentOrders: ({ id: symbol }) => [
    {
      method: 'privateGetAllOrders',
      params: { symbol, limit: String(PAGE) },
      read: orders(symbol),
    },
  ],

  fills: ({ id: symbol }, orderId, from) => {
    const fromId = from ?? '0'
    return {
      method: 'privateGetMyTrades',
      params: { symbol, orderId, fromId, limit: String(PAGE) },
      weight: FILLS_WEIGHT,
      read: (body) => {
        const fills = tradesOf(symbol, body)
        const isAsked = (one: { exchangeId: string; id: string }) =>
          one.exchangeId === orderId && BigInt(one.id) >= BigInt(fromId)
        if (fills === null || !fills.every(isAsked)) return null
        const last = fills.reduce((most, { id }) => (BigInt(id) > most ? BigInt(id) : most), 0n)
        return {
          fills: fills.map(({ exchangeId: _, side: __, ...fill }) => fill),
          next: fills.length < PAGE ? null : String(last + 1n),
        }
      },
    }
  },

  // Not from a starting point on: the venue would list the oldest of the first day.
  trades: ({ id: symbol }) => ({
    method: 'privateGetMyTrades',
    params: { symbol, limit: String(PAGE) },
    read: (body) => tradesOf(symbol, body),
  }),
}

function named(symbols: readonly string[]): { symbols: string } {
  return { symbols: JSON.stringify(symbols) }
}

function rows<T>(read: (rows: readonly unknown[]) => T): (body: unknown) => T | null {
  return (body) => (Array.isArray(body) ? read(body) : null)
}

/** Null where one row cannot be read, or is of another market. */
function orders(symbol: string): Question<readonly ExchangeOrder[]>['read'] {
  return (body) => {
    const { data } = z.array(orderAnswer).safeParse(body)
    return data?.every((row) => row.symbol === symbol) ? data.map(toOrder) : null
  }
}

/** What another hand ordered on a market that this device does not know is nothing to stumble over. */
function readableOrders(body: unknown): readonly ExchangeOrder[] | null {
  if (!Array.isArray(body)) return null
  return body.flatMap((row) => {
    const { data } = orderAnswer.safeParse(row)
    return data === undefined ? [] : [{ ...toOrder(data), market: data.symbol }]
  })
}

function tradesOf(symbol: string, body: unknown) {
  const { data } = z.array(tradeAnswer).safeParse(body)
  return data?.every((row) => row.symbol === symbol) ? data.map(toTrade) : null
}
