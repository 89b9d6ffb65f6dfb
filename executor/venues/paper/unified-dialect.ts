// ccxt's unified public methods as questions, and their answers in our words. Nothing here knows an account.
import { type Decimal, positiveDecimal, toDecimal, toTotal } from '@keyside/protocol'
import Big from 'big.js'
import { z } from 'zod'
import type { MarketRules } from '../../core/model/exchange.ts'
import type { Limits, Question, VenueMarket } from '../adapter/dialect.ts'
import type { MarketDialect } from '../adapter/market-client.ts'
import { backoffOf } from '../adapter/refusal-codes.ts'

/** As many levels of a book, and trades, as every exchange gives at once. */
const LEVELS = 100
const TRADES = 1_000
const MAX_AMOUNT = '1000000000'
/** Where ccxt does not know the fee: more than the usual. */
const UNKNOWN_FEE = '0.005'

/** Decimals as ccxt has them, texts or numbers; cut to what the wire carries. */
const amount = writtenBy(toDecimal)
const positive = amount.pipe(positiveDecimal)
const maybe = amount.nullish().catch(undefined)
const maybeTotal = writtenBy(toTotal).nullish().catch(undefined)

const levels = z.array(z.tuple([positive, amount], z.unknown()))
const book = z.object({ bids: levels, asks: levels })
const ticker = z.object({ symbol: z.string(), bid: positive, ask: positive })
const day = z.object({
  symbol: z.string(),
  quoteVolume: maybeTotal,
  baseVolume: maybeTotal,
  last: maybe,
})
const trade = z.object({ timestamp: z.int(), price: positive, amount: positive })
const candle = z.tuple([z.int(), positive, positive, positive, positive], z.unknown())

function writtenBy(write: (value: Big) => Decimal) {
  return z.union([z.string(), z.number()]).transform((value, context) => {
    try {
      return write(new Big(value))
    } catch {
      context.addIssue({ code: 'custom', message: 'no decimal' })
      return z.NEVER
    }
  })
}

const market = z.object({
  symbol: z.string(),
  base: z.string(),
  quote: z.string(),
  spot: z.literal(true),
  active: z.boolean().nullish(),
  precision: z.object({ price: positive, amount: positive }),
  limits: z.object({
    amount: z.object({ min: maybe, max: maybe }).optional(),
    cost: z.object({ min: maybe }).optional(),
  }),
  taker: maybe,
  maker: maybe,
})

export interface PublicBook {
  readonly bids: readonly (readonly [Decimal, Decimal])[]
  readonly asks: readonly (readonly [Decimal, Decimal])[]
}

export interface PublicTrade {
  /** Unix ms of the venue. */
  readonly timestamp: number
  readonly price: Decimal
  readonly amount: Decimal
}

export interface UnifiedDialect extends MarketDialect {
  book(market: VenueMarket): Question<PublicBook>
  /** Oldest first, from then on (Unix ms), as many as the venue lists at once. */
  trades(market: VenueMarket, since: number): Question<readonly PublicTrade[]>
  /** Minutes, with what was traded in each, base; from then on (Unix ms). */
  minutes(market: VenueMarket, since: number): Question<readonly PublicMinute[]>
}

export interface PublicMinute {
  /** Start, Unix ms. */
  readonly at: number
  readonly open: Decimal
  readonly high: Decimal
  readonly low: Decimal
  readonly close: Decimal
  readonly volume: Decimal
}

export const unifiedDialect: UnifiedDialect = {
  limits: { bookMs: 200 },
  refusals: { isUnknownMarket: ({ code }) => code === 'BadSymbol' },

  time: () => ({
    method: 'fetchTime',
    params: [],
    read: (body) => z.int().positive().safeParse(body).data ?? null,
  }),

  markets: {
    most: Number.POSITIVE_INFINITY,
    ask: (wanted) => ({
      method: 'loadMarkets',
      params: [true],
      read: (body) => {
        const { data } = z.record(z.string(), z.unknown()).safeParse(body)
        return data === undefined ? null : wanted.flatMap((name) => toMarket(data[name]) ?? [])
      },
    }),
  },

  symbols: () => ({
    method: 'loadMarkets',
    params: [false],
    read: (body) => {
      const { data } = z.record(z.string(), z.unknown()).safeParse(body)
      if (data === undefined) return null
      const markets = Object.values(data).flatMap((row) => toMarket(row) ?? [])
      return markets.flatMap(({ rules }) => (rules.status === 'trading' ? [rules.market] : []))
    },
  }),

  quotes: {
    most: Number.POSITIVE_INFINITY,
    ask: (markets) => ({
      method: 'fetchBidsAsks',
      params: [markets.map(({ id }) => id)],
      read: (body) =>
        rowsOf(ticker, body)?.map(({ symbol: id, bid, ask }) => ({ id, bid, ask })) ?? null,
    }),
  },

  volumes: {
    most: Number.POSITIVE_INFINITY,
    ask: (markets) => ({
      method: 'fetchTickers',
      params: [markets.map(({ id }) => id)],
      read: (body) =>
        rowsOf(day, body)?.flatMap(({ symbol: id, quoteVolume, baseVolume, last }) => {
          if (quoteVolume) return [{ id, volume: quoteVolume }]
          if (!baseVolume || !last) return []
          return [{ id, volume: toTotal(new Big(baseVolume).times(last)) }]
        }) ?? null,
    }),
  },

  asks: ({ id }) => ({
    method: 'fetchOrderBook',
    params: [id, LEVELS],
    read: (body) => readBook(body)?.asks ?? null,
  }),

  book: ({ id }) => ({ method: 'fetchOrderBook', params: [id, LEVELS], read: readBook }),

  candles: ({ id }, timeframe, limit, since) => ({
    method: 'fetchOHLCV',
    params: [id, timeframe, since, limit],
    read: (body) =>
      z
        .array(candle)
        .safeParse(body)
        .data?.map(([start, open, high, low, close]) => [start / 1_000, open, high, low, close]) ??
      null,
  }),

  trades: ({ id }, since) => ({
    method: 'fetchTrades',
    params: [id, since, TRADES],
    read: (body) =>
      z
        .array(trade)
        .safeParse(body)
        .data?.filter(({ timestamp }) => timestamp >= since)
        .sort((a, b) => a.timestamp - b.timestamp) ?? null,
  }),

  minutes: ({ id }, since) => ({
    method: 'fetchOHLCV',
    params: [id, '1m', since, TRADES],
    read: (body) => readMinutes(body, since),
  }),
}

/** What each exchange says alike when too much was asked. */
export const limits: Limits = {
  unitMs: 0,
  bookMs: 0,
  windowMs: 60_000,
  longestMs: 3 * 86_400_000,
  read: (status, headers) => ({ backoff: backoffOf(status, headers), used: null }),
}

/** ccxt keeps rows by market, or lists them. Those that cannot be read are left out. */
function rowsOf<T>(row: z.ZodType<T>, body: unknown): readonly T[] | null {
  if (typeof body !== 'object' || body === null) return null
  return Object.values(body).flatMap((one: unknown) => row.safeParse(one).data ?? [])
}

function readBook(body: unknown): PublicBook | null {
  const { data } = book.safeParse(body)
  const side = (rows: readonly (readonly [Decimal, Decimal, ...unknown[]])[]) =>
    rows.map(([price, there]) => [price, there] as const)
  return data === undefined ? null : { bids: side(data.bids), asks: side(data.asks) }
}

function readMinutes(body: unknown, since: number): readonly PublicMinute[] | null {
  const row = z.tuple([z.int(), positive, positive, positive, positive, amount], z.unknown())
  const { data } = z.array(row).safeParse(body)
  return (
    data
      ?.map(([at, open, high, low, close, volume]) => ({ at, open, high, low, close, volume }))
      .filter(({ at }) => at + 60_000 > since)
      .sort((a, b) => a.at - b.at) ?? null
  )
}

/** Null unless it is a spot market whose steps are known. */
function toMarket(body: unknown): VenueMarket | null {
  const { data } = market.safeParse(body)
  if (data === undefined || data.symbol !== `${data.base}/${data.quote}`) return null
  const { symbol, base, quote, precision, limits: bounds, active } = data
  const rules: MarketRules = {
    market: symbol,
    base,
    quote,
    tick: precision.price,
    step: precision.amount,
    minAmount: bounds.amount?.min || precision.amount,
    maxAmount: bounds.amount?.max || MAX_AMOUNT,
    minValue: bounds.cost?.min || '0',
    stop: { holds: 'coins', max: null },
    takerFee: data.taker || UNKNOWN_FEE,
    status: active === false ? 'halted' : 'trading',
  }
  return { id: symbol, rules, ...(data.maker && { makerFee: data.maker }) }
}
