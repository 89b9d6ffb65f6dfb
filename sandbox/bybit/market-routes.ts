// The public side: time, instruments, tickers, book, candles.
import type { Interval } from '../market/candle.ts'
import type { Instrument } from '../market/instrument.ts'
import { tickAt } from '../market/market.ts'
import { type BybitContext, type BybitRoute, idOf, instrumentOf } from './context.ts'
import { refuse } from './errors.ts'
import { limitOf } from './lists.ts'
import { type BybitParameters, oneOf, required } from './requests.ts'
import { candleView, text } from './views.ts'

const MAX_CANDLES = 1_000
/** Of each side. */
const MAX_LEVELS = 1_000

export const INTERVALS: Readonly<Record<string, Interval>> = {
  '1': '1m',
  '3': '3m',
  '5': '5m',
  '15': '15m',
  '30': '30m',
  '60': '1h',
  '120': '2h',
  '240': '4h',
  '360': '6h',
  '720': '12h',
  D: '1d',
  W: '1w',
}

export function marketRoutes(context: BybitContext): Readonly<Record<string, BybitRoute>> {
  const { market, book, listings, now } = context
  const listed = () => market.instruments.filter(({ symbol }) => listings.has(symbol))
  return {
    'GET /v5/market/time': {
      names: [],
      answer: () => ({ timeSecond: String(Math.floor(now() / 1_000)), timeNano: `${now()}000000` }),
    },
    // Those alone that are traded.
    'GET /v5/market/instruments-info': spot(['symbol'], ({ symbol }) =>
      listed()
        .filter((one) => listings.isTraded(one.symbol))
        .filter((one) => symbol === undefined || idOf(one) === symbol)
        .map(instrumentView),
    ),
    'GET /v5/market/tickers': spot(['symbol'], ({ symbol }) => {
      const asked =
        symbol === undefined ? listed() : [instrumentOf(context, String(symbol), 'no_symbol')]
      return asked.map((one) => ticker(context, one))
    }),
    'GET /v5/market/orderbook': {
      names: ['category', 'symbol', 'limit'],
      answer: ({ parameters }) => {
        oneOf(parameters, 'category', ['spot'])
        const instrument = instrumentOf(context, required(parameters, 'symbol'), 'no_symbol')
        const { bids, asks } = book.at(instrument, tickAt(now()))
        const limit = limitOf(parameters, { usual: 1, most: MAX_LEVELS })
        const side = (levels: typeof bids) =>
          levels.slice(0, limit).map(({ price, amount }) => [text(price), text(amount)])
        return { s: idOf(instrument), b: side(bids), a: side(asks), ts: now() }
      },
    },
    'GET /v5/market/kline': spot(
      ['symbol', 'interval', 'limit', 'start', 'end'],
      ({ interval, start, end, ...others }) => {
        const { symbol } = instrumentOf(context, required(others, 'symbol'), 'no_symbol')
        const bar = INTERVALS[String(interval)]
        if (bar === undefined) throw refuse('bad_parameter', 'interval')
        const query = {
          start: start === undefined ? undefined : Number(start),
          end: end === undefined ? undefined : Number(end),
          limit: MAX_CANDLES,
        }
        // Both ends are given, and the newest in between.
        return market
          .candles(symbol, bar, query, now())
          .toReversed()
          .slice(0, limitOf(others, { usual: 200, most: MAX_CANDLES }))
          .map(candleView)
      },
    ),
  }
}

function spot(
  names: readonly string[],
  list: (parameters: BybitParameters) => readonly unknown[],
): BybitRoute {
  return {
    names: ['category', ...names],
    answer: ({ parameters }) => {
      const category = oneOf(parameters, 'category', ['spot'])
      return { category, list: list(parameters) }
    },
  }
}

function instrumentView(instrument: Instrument): object {
  const { base, quote, tickSize, stepSize, minNotional, maxQuantity, maxMarketQuantity } =
    instrument
  return {
    symbol: idOf(instrument),
    baseCoin: base,
    quoteCoin: quote,
    status: 'Trading',
    marginTrading: 'utaOnly',
    lotSizeFilter: {
      basePrecision: stepSize,
      quotePrecision: '0.0000001',
      minOrderQty: stepSize,
      maxOrderQty: maxQuantity,
      minOrderAmt: minNotional,
      maxLimitOrderQty: maxQuantity,
      maxMarketOrderQty: maxMarketQuantity,
    },
    priceFilter: { tickSize },
  }
}

function ticker({ market, book, now }: BybitContext, instrument: Instrument): object {
  const { bids, asks } = book.at(instrument, tickAt(now()))
  const day = market.lastDay(instrument.symbol, now())
  return {
    symbol: idOf(instrument),
    bid1Price: text(bids[0]?.price),
    bid1Size: text(bids[0]?.amount),
    ask1Price: text(asks[0]?.price),
    ask1Size: text(asks[0]?.amount),
    lastPrice: day.close,
    prevPrice24h: day.open,
    highPrice24h: day.high,
    lowPrice24h: day.low,
    volume24h: day.volume,
    turnover24h: day.quoteVolume,
  }
}
