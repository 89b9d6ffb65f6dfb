// What anybody may ask Bybit: its clock, markets, prices, books and candles.
import { z } from 'zod'
import type { MarketQuestions } from '../adapter/dialect.ts'
import { oneOrAll } from '../adapter/market-client.ts'
import {
  amount,
  amountOrNone,
  candleRow,
  fields,
  level,
  spotMarket,
  step,
  time,
  total,
} from '../adapter/text-fields.ts'
import { lengthOf } from '../adapter/timeframes.ts'
import { get, result, rows, spot, whole } from './answers.ts'

/** Of a taker without any tier where currencies of states are traded; elsewhere it is half of it. */
export const TAKER_FEE = '0.002'
/** Of those that wait on one market. */
const MAX_STOPS = 30
const LEVELS = 100

const clock = z.object({ retCode: z.literal(0), time: whole })

/** Its least amount is not checked any more. */
const marketRow = z
  .object({
    symbol: z.string(),
    baseCoin: z.string().min(1),
    quoteCoin: z.string().min(1),
    status: z.string(),
    lotSizeFilter: z.object({
      basePrecision: step,
      minOrderAmt: amount,
      maxLimitOrderQty: total.optional(),
      maxOrderQty: total.optional(),
    }),
    priceFilter: z.object({ tickSize: step }),
  })
  .transform(({ lotSizeFilter: sizes, ...row }, context) => {
    const maxAmount = sizes.maxLimitOrderQty ?? sizes.maxOrderQty
    if (maxAmount === undefined) {
      context.addIssue('no largest amount')
      return z.NEVER
    }
    return spotMarket(row.symbol, {
      base: row.baseCoin,
      quote: row.quoteCoin,
      tick: row.priceFilter.tickSize,
      step: sizes.basePrecision,
      minAmount: sizes.basePrecision,
      maxAmount,
      minValue: sizes.minOrderAmt,
      stop: { holds: 'coins', max: MAX_STOPS },
      takerFee: TAKER_FEE,
      status: row.status === 'Trading' ? 'trading' : 'halted',
    })
  })

const tickerRow = fields({
  id: ['symbol', z.string()],
  bid: ['bid1Price', amountOrNone],
  ask: ['ask1Price', amountOrNone],
  volume: ['turnover24h', total],
})

const bookOf = (symbol: string) =>
  z.object({ s: z.literal(symbol), a: z.array(level) }).transform(({ a }) => a)

export const bybitMarket: MarketQuestions = {
  time: () => get('publicGetV5MarketTime', {}, (body) => clock.safeParse(body).data?.time ?? null),

  markets: {
    most: 1,
    ask: ([market = '']) =>
      get(INSTRUMENTS, { ...spot, symbol: market.replace('/', '') }, rows.readable(marketRow)),
  },

  symbols: () => get(INSTRUMENTS, spot, rows.symbols(marketRow)),

  quotes: oneOrAll((only) => get(TICKERS, whichOf(only), rows.quotes(tickerRow))),

  volumes: oneOrAll((only) => get(TICKERS, whichOf(only), rows.volumes(tickerRow))),

  asks: ({ id: symbol }) =>
    get(
      'publicGetV5MarketOrderbook',
      { ...spot, symbol, limit: LEVELS },
      result.one(bookOf(symbol)),
    ),

  candles: ({ id: symbol }, timeframe, limit, since = 0) => {
    const interval = INTERVALS[timeframe] ?? String(lengthOf(timeframe) / 60_000)
    // Both ends are given, and the newest in between.
    const end = since + limit * lengthOf(timeframe) - 1
    return get(
      'publicGetV5MarketKline',
      { ...spot, symbol, interval, limit, ...(since > 0 && { start: since, end }) },
      rows.candles(candleRow(time)),
    )
  },
}

const INSTRUMENTS = 'publicGetV5MarketInstrumentsInfo'
const TICKERS = 'publicGetV5MarketTickers'
/** In minutes, but for these. */
const INTERVALS: Readonly<Record<string, string>> = { '1d': 'D', '1w': 'W' }

function whichOf(only: { readonly id: string } | undefined) {
  return { ...spot, ...(only && { symbol: only.id }) }
}
