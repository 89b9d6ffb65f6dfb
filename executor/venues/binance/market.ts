// What anybody may ask Binance: its clock, markets, prices, books and candles.
import { z } from 'zod'
import type { MarketQuestions } from '../adapter/dialect.ts'
import { RowReader } from '../adapter/row-reader.ts'
import {
  amount,
  candleRow,
  fields,
  level,
  spotMarket,
  step,
  total,
} from '../adapter/text-fields.ts'
import { rows, single } from './answers.ts'

/** Without a discount, in the lowest tier. */
export const TAKER_FEE = '0.001'

/** As many levels of a book as the venue gives for its lowest weight. */
const LEVELS = '100'

const clock = z.object({ serverTime: z.int().positive() }).transform((said) => said.serverTime)

const info = z.object({ symbols: z.array(z.unknown()) })
const markets = new RowReader((body) => single.one(info)(body)?.symbols ?? null)

const minValue = z.object({ minNotional: amount }).optional()
const filters = z.object({
  PRICE_FILTER: z.object({ tickSize: step }),
  LOT_SIZE: z.object({ stepSize: step, minQty: amount, maxQty: total }),
  NOTIONAL: minValue,
  MIN_NOTIONAL: minValue,
  MAX_NUM_ALGO_ORDERS: z.object({ maxNumAlgoOrders: z.int().nonnegative() }).optional(),
})

/** Another status than TRADING takes no orders. */
const marketRow = z
  .object({
    symbol: z.string(),
    status: z.string(),
    baseAsset: z.string(),
    quoteAsset: z.string(),
    isSpotTradingAllowed: z.boolean(),
    filters: z
      .array(z.looseObject({ filterType: z.string() }))
      .transform(byType)
      .pipe(filters),
  })
  .transform(({ filters, ...row }, context) => {
    const isTraded = row.status === 'TRADING'
    const least = filters.NOTIONAL ?? filters.MIN_NOTIONAL
    if (least === undefined || (isTraded && !row.isSpotTradingAllowed)) {
      context.addIssue('no spot market, or one without a least value')
      return z.NEVER
    }
    return spotMarket(row.symbol, {
      base: row.baseAsset,
      quote: row.quoteAsset,
      tick: filters.PRICE_FILTER.tickSize,
      step: filters.LOT_SIZE.stepSize,
      minAmount: filters.LOT_SIZE.minQty,
      maxAmount: filters.LOT_SIZE.maxQty,
      minValue: least.minNotional,
      stop: { holds: 'coins', max: filters.MAX_NUM_ALGO_ORDERS?.maxNumAlgoOrders ?? null },
      takerFee: TAKER_FEE,
      status: isTraded ? 'trading' : 'halted',
    })
  })

function byType(list: readonly { readonly filterType: string }[]): Record<string, unknown> {
  return Object.fromEntries(list.map((one) => [one.filterType, one]))
}

const quoteRow = fields({
  id: ['symbol', z.string()],
  bid: ['bidPrice', amount],
  ask: ['askPrice', amount],
})

const dayRow = fields({ id: ['symbol', z.string()], volume: ['quoteVolume', total] })

const book = z.object({ asks: z.array(level) }).transform(({ asks }) => asks)

export const binanceMarket: MarketQuestions = {
  time: () => ({ method: 'publicGetTime', params: {}, read: single.one(clock) }),

  markets: {
    most: Number.POSITIVE_INFINITY,
    ask: (names) => ({
      method: 'publicGetExchangeInfo',
      params: named(names.map((name) => name.replace('/', ''))),
      read: markets.readable(marketRow),
    }),
  },

  // Without its permissions a market is a tenth as long; there are some thousand of them.
  symbols: () => ({
    method: 'publicGetExchangeInfo',
    params: { symbolStatus: 'TRADING', showPermissionSets: 'false' },
    read: markets.symbols(marketRow),
  }),

  quotes: {
    most: Number.POSITIVE_INFINITY,
    ask: (markets) => ({
      method: 'publicGetTickerBookTicker',
      params: named(markets.map(({ id }) => id)),
      read: rows.quotes(quoteRow),
    }),
  },

  volumes: {
    most: Number.POSITIVE_INFINITY,
    ask: (markets) => ({
      method: 'publicGetTicker24hr',
      params: named(markets.map(({ id }) => id)),
      // ccxt takes any list for a list of all markets: 16 units, a second of waiting.
      weight: markets.length <= 20 ? 0.4 : 8,
      read: rows.volumes(dayRow),
    }),
  },

  asks: ({ id: symbol }) => ({
    method: 'publicGetDepth',
    params: { symbol, limit: LEVELS },
    read: single.one(book),
  }),

  candles: ({ id: symbol }, interval, limit, since) => ({
    method: 'publicGetKlines',
    params: {
      symbol,
      interval,
      limit: String(limit),
      ...(since !== undefined && { startTime: String(since) }),
    },
    read: rows.candles(candleRow(z.int())),
  }),
}

function named(symbols: readonly string[]): { symbols: string } {
  return { symbols: JSON.stringify(symbols) }
}
