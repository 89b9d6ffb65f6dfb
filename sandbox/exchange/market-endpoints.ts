// The public side of the REST API: time, symbols, candles, book, tickers, trades.

import { isInterval } from '../market/candle.ts'
import type { Instrument } from '../market/instrument.ts'
import { type Trade, tickAt } from '../market/market.ts'
import {
  type Endpoint,
  type Endpoints,
  type ExchangeContext,
  instrumentOf,
  isListed,
} from './context.ts'
import { refuse } from './errors.ts'
import {
  aggregateView,
  averageView,
  bookTickerView,
  candleView,
  depthView,
  exchangeInfo,
  tickerView,
} from './market-views.ts'
import type { Parameters } from './parameters.ts'

export function marketEndpoints(context: ExchangeContext): Endpoints {
  return {
    'GET /api/v3/ping': open(1, () => ({})),
    'GET /api/v3/time': open(1, () => ({ serverTime: context.now() })),
    'GET /api/v3/exchangeInfo': {
      access: 'public',
      weight: 20,
      rules: {
        symbol: 'optional',
        symbols: 'optional',
        symbolStatus: 'optional',
        showPermissionSets: 'optional',
      },
      answer: ({ parameters }) =>
        exchangeInfo(asked(context, parameters), context.now(), context.listings),
    },
    'GET /api/v3/klines': klines(context),
    'GET /api/v3/avgPrice': {
      access: 'public',
      weight: 2,
      rules: { symbol: 'required' },
      answer: ({ parameters }) =>
        averageView(context, instrumentOf(context, parameters.symbolId('symbol'))),
    },
    'GET /api/v3/depth': depth(context),
    'GET /api/v3/ticker/24hr': tickers(context, 80, (instrument) =>
      tickerView(context, instrument),
    ),
    'GET /api/v3/ticker/bookTicker': tickers(context, 4, (instrument) =>
      bookTickerView(context, instrument),
    ),
    'GET /api/v3/aggTrades': trades(context, 4, aggregateView),
    // An unmodified ccxt asks for the futures' symbols too, unless told not to: there are none here.
    'GET /fapi/v1/exchangeInfo': open(1, () => exchangeInfo([], context.now())),
    'GET /dapi/v1/exchangeInfo': open(1, () => exchangeInfo([], context.now())),
  }
}

function open(weight: number, answer: () => unknown): Endpoint {
  return { access: 'public', weight, rules: {}, answer }
}

function klines(context: ExchangeContext): Endpoint {
  return {
    access: 'public',
    weight: 2,
    rules: {
      symbol: 'required',
      interval: 'required',
      startTime: 'optional',
      endTime: 'optional',
      limit: 'optional',
    },
    answer: ({ parameters }) => {
      const instrument = instrumentOf(context, parameters.symbolId('symbol'))
      const interval = parameters.required('interval')
      if (!isInterval(interval)) throw refuse('bad_interval')
      const query = {
        start: parameters.whole('startTime'),
        end: parameters.whole('endTime'),
        limit: limitOf(parameters, 500, 1000),
      }
      return context.market
        .candles(instrument.symbol, interval, query, context.now())
        .map(candleView)
    },
  }
}

function depth(context: ExchangeContext): Endpoint {
  return {
    access: 'public',
    weight: (parameters) => depthWeight(limitOf(parameters, 100, 5000)),
    rules: { symbol: 'required', limit: 'optional' },
    answer: ({ parameters }) => {
      const instrument = instrumentOf(context, parameters.symbolId('symbol'))
      return depthView(context, instrument, limitOf(parameters, 100, 5000))
    },
  }
}

function depthWeight(limit: number): number {
  if (limit <= 100) return 5
  if (limit <= 500) return 25
  return limit <= 1000 ? 50 : 250
}

/** One object for one symbol, a list for several or all, as the venue does. */
function tickers(
  context: ExchangeContext,
  allWeight: number,
  view: (instrument: Instrument) => unknown,
): Endpoint {
  return {
    access: 'public',
    weight: (parameters) => (parameters.has('symbol') ? 2 : allWeight),
    rules: { symbol: 'optional', symbols: 'optional' },
    answer: ({ parameters }) => {
      const views = asked(context, parameters).map(view)
      return parameters.has('symbol') ? views[0] : views
    },
  }
}

function trades(
  context: ExchangeContext,
  weight: number,
  view: (trade: Trade) => unknown,
): Endpoint {
  return {
    access: 'public',
    weight,
    rules: {
      symbol: 'required',
      limit: 'optional',
      startTime: 'optional',
      endTime: 'optional',
    },
    answer: ({ parameters }) => {
      const instrument = instrumentOf(context, parameters.symbolId('symbol'))
      const limit = limitOf(parameters, 500, 1000)
      const newest = tickAt(Math.min(context.now(), parameters.whole('endTime') ?? context.now()))
      const start = parameters.whole('startTime')
      const first = start === undefined ? newest - limit + 1 : tickAt(start)
      return context.market
        .trades(instrument.symbol, first, Math.min(newest, first + limit - 1))
        .map(view)
    },
  }
}

function asked(context: ExchangeContext, parameters: Parameters): Instrument[] {
  const one = parameters.symbolId('symbol')
  if (one !== undefined) return [instrumentOf(context, one)]
  const list = parameters.text('symbols')
  if (list === undefined)
    return context.market.instruments.filter((instrument) => isListed(context, instrument))
  return symbolList(list).map((id) => instrumentOf(context, id))
}

function symbolList(text: string): string[] {
  const legal = /^\[("[A-Z0-9-_.]{1,20}"(,"[A-Z0-9-_.]{1,20}")*)?\]$/
  if (!legal.test(text)) throw refuse('illegal_characters', 'symbols', legal.source)
  return [...text.matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? '')
}

function limitOf(parameters: Parameters, usual: number, most: number): number {
  return Math.min(most, Math.max(1, parameters.whole('limit') ?? usual))
}
