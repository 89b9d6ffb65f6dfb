// The public side of the REST API: time, symbols, candles, book, tickers, trades.

import { isInterval } from '../market/candle.ts'
import type { Instrument } from '../market/instrument.ts'
import { type Trade, tickAt } from '../market/market.ts'
import { refuse } from './errors.ts'
import {
  aggregateView,
  averageView,
  bookTickerView,
  candleView,
  depthView,
  exchangeInfo,
  tickerView,
  tradeOfMarketView,
} from './market-views.ts'
import type { Parameters } from './parameters.ts'
import { type Endpoint, type Endpoints, instrumentOf, isListed, type Venue } from './venue.ts'

export function marketEndpoints(venue: Venue): Endpoints {
  return {
    'GET /api/v3/ping': open(1, () => ({})),
    'GET /api/v3/time': open(1, () => ({ serverTime: venue.now() })),
    'GET /api/v3/exchangeInfo': {
      access: 'public',
      weight: 20,
      rules: { symbol: 'optional', symbols: 'optional' },
      answer: ({ parameters }) =>
        exchangeInfo(asked(venue, parameters), venue.now(), venue.listings),
    },
    'GET /api/v3/klines': klines(venue),
    'GET /api/v3/avgPrice': {
      access: 'public',
      weight: 2,
      rules: { symbol: 'required' },
      answer: ({ parameters }) =>
        averageView(venue, instrumentOf(venue, parameters.symbolId('symbol'))),
    },
    'GET /api/v3/depth': depth(venue),
    'GET /api/v3/ticker/24hr': tickers(venue, 80, (instrument) => tickerView(venue, instrument)),
    'GET /api/v3/ticker/bookTicker': tickers(venue, 4, (instrument) =>
      bookTickerView(venue, instrument),
    ),
    'GET /api/v3/ticker/price': tickers(venue, 4, (instrument) => ({
      symbol: instrument.id,
      price: venue.market.price(instrument.symbol, venue.now()),
    })),
    'GET /api/v3/trades': trades(venue, 25, tradeOfMarketView),
    'GET /api/v3/aggTrades': trades(venue, 4, aggregateView),
    // An unmodified ccxt asks for the futures' symbols too, unless told not to: there are none here.
    'GET /fapi/v1/exchangeInfo': open(1, () => exchangeInfo([], venue.now())),
    'GET /dapi/v1/exchangeInfo': open(1, () => exchangeInfo([], venue.now())),
  }
}

function open(weight: number, answer: () => unknown): Endpoint {
  return { access: 'public', weight, rules: {}, answer }
}

function klines(venue: Venue): Endpoint {
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
      const instrument = instrumentOf(venue, parameters.symbolId('symbol'))
      const interval = parameters.required('interval')
      if (!isInterval(interval)) throw refuse('bad_interval')
      const query = {
        start: parameters.whole('startTime'),
        end: parameters.whole('endTime'),
        limit: limitOf(parameters, 500, 1000),
      }
      return venue.market.candles(instrument.symbol, interval, query, venue.now()).map(candleView)
    },
  }
}

function depth(venue: Venue): Endpoint {
  return {
    access: 'public',
    weight: (parameters) => depthWeight(limitOf(parameters, 100, 5000)),
    rules: { symbol: 'required', limit: 'optional' },
    answer: ({ parameters }) => {
      const instrument = instrumentOf(venue, parameters.symbolId('symbol'))
      return depthView(venue, instrument, limitOf(parameters, 100, 5000))
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
  venue: Venue,
  allWeight: number,
  view: (instrument: Instrument) => unknown,
): Endpoint {
  return {
    access: 'public',
    weight: (parameters) => (parameters.has('symbol') ? 2 : allWeight),
    rules: { symbol: 'optional', symbols: 'optional' },
    answer: ({ parameters }) => {
      const views = asked(venue, parameters).map(view)
      return parameters.has('symbol') ? views[0] : views
    },
  }
}

function trades(venue: Venue, weight: number, view: (trade: Trade) => unknown): Endpoint {
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
      const instrument = instrumentOf(venue, parameters.symbolId('symbol'))
      const limit = limitOf(parameters, 500, 1000)
      const newest = tickAt(Math.min(venue.now(), parameters.whole('endTime') ?? venue.now()))
      const start = parameters.whole('startTime')
      const first = start === undefined ? newest - limit + 1 : tickAt(start)
      return venue.market
        .trades(instrument.symbol, first, Math.min(newest, first + limit - 1))
        .map(view)
    },
  }
}

function asked(venue: Venue, parameters: Parameters): Instrument[] {
  const one = parameters.symbolId('symbol')
  if (one !== undefined) return [instrumentOf(venue, one)]
  const list = parameters.text('symbols')
  if (list === undefined)
    return venue.market.instruments.filter((instrument) => isListed(venue, instrument))
  return symbolList(list).map((id) => instrumentOf(venue, id))
}

function symbolList(text: string): string[] {
  const legal = /^\[("[A-Z0-9-_.]{1,20}"(,"[A-Z0-9-_.]{1,20}")*)?\]$/
  if (!legal.test(text)) throw refuse('illegal_characters', 'symbols', legal.source)
  return [...text.matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? '')
}

function limitOf(parameters: Parameters, usual: number, most: number): number {
  return Math.min(most, Math.max(1, parameters.whole('limit') ?? usual))
}
