// The public side: time, instruments, tickers, book, candles.

import type { Interval } from '../market/candle.ts'
import type { Instrument } from '../market/instrument.ts'
import { tickAt } from '../market/market.ts'
import { instrumentOf, type OkxContext, type OkxRoute } from './context.ts'
import { refuse } from './errors.ts'
import { wholeOf } from './lists.ts'
import { required } from './requests.ts'
import { candleView, text } from './views.ts'

const MAX_CANDLES = 300
/** Of each side. */
const MAX_LEVELS = 400

export const BARS: Readonly<Record<string, Interval>> = {
  '1s': '1s',
  '1m': '1m',
  '3m': '3m',
  '5m': '5m',
  '15m': '15m',
  '30m': '30m',
  '1H': '1h',
  '2H': '2h',
  '4H': '4h',
  '6Hutc': '6h',
  '12Hutc': '12h',
  '1Dutc': '1d',
  '1Wutc': '1w',
}

export function marketRoutes(context: OkxContext): Readonly<Record<string, OkxRoute>> {
  const { market, book, listings, now } = context
  const listed = () => market.instruments.filter(({ symbol }) => listings.has(symbol))
  return {
    'GET /api/v5/public/time': { names: [], answer: () => [{ ts: String(now()) }] },
    'GET /api/v5/public/instruments': {
      names: ['instType', 'instId'],
      answer: ({ parameters }) => {
        if (required(parameters, 'instType') !== 'SPOT') return []
        const { instId } = parameters
        const asked = instId === undefined ? listed() : [instrumentOf(context, instId)]
        return asked.map((one) => instrumentView(one, listings.isTraded(one.symbol)))
      },
    },
    'GET /api/v5/market/ticker': {
      names: ['instId'],
      answer: ({ parameters }) => [
        ticker(context, instrumentOf(context, required(parameters, 'instId'))),
      ],
    },
    'GET /api/v5/market/tickers': {
      names: ['instType'],
      answer: ({ parameters }) => {
        const isSpot = required(parameters, 'instType') === 'SPOT'
        return isSpot ? listed().map((one) => ticker(context, one)) : []
      },
    },
    'GET /api/v5/market/books': {
      names: ['instId', 'sz'],
      answer: ({ parameters }) => {
        const levels = wholeOf(parameters, 'sz', { usual: 1, most: MAX_LEVELS })
        const instrument = instrumentOf(context, required(parameters, 'instId'))
        const { bids, asks } = book.at(instrument, tickAt(now()))
        const side = (all: typeof bids) =>
          all.slice(0, levels).map(({ price, amount }) => [text(price), text(amount), '0', '1'])
        return [{ bids: side(bids), asks: side(asks), ts: String(now()) }]
      },
    },
    'GET /api/v5/market/candles': {
      names: ['instId', 'bar', 'limit', 'before', 'after'],
      answer: ({ parameters }) => {
        const { bar = '1m', before, after } = parameters
        const limit = wholeOf(parameters, 'limit', { usual: 100, most: MAX_CANDLES })
        const interval = BARS[bar]
        if (interval === undefined) throw refuse('bad_parameter', 'bar')
        const { symbol } = instrumentOf(context, required(parameters, 'instId'))
        const query = {
          // Both ends are left out, and the newest in between are given.
          start: before === undefined ? undefined : Number(before) + 1,
          end: after === undefined ? undefined : Number(after) - 1,
          limit: MAX_CANDLES,
        }
        return market
          .candles(symbol, interval, query, now())
          .toReversed()
          .slice(0, limit)
          .map(candleView)
      },
    },
  }
}

/** It has no least value of an order. */
function instrumentView(instrument: Instrument, isTraded: boolean): object {
  const { base, quote, tickSize, stepSize, maxQuantity, maxMarketQuantity } = instrument
  return {
    instType: 'SPOT',
    instId: `${base}-${quote}`,
    baseCcy: base,
    quoteCcy: quote,
    tickSz: tickSize,
    lotSz: stepSize,
    minSz: stepSize,
    maxLmtSz: maxQuantity,
    maxMktSz: maxMarketQuantity,
    state: isTraded ? 'live' : 'suspend',
  }
}

function ticker({ market, book, now }: OkxContext, instrument: Instrument): object {
  const { base, quote, symbol } = instrument
  const { bids, asks } = book.at(instrument, tickAt(now()))
  const day = market.lastDay(symbol, now())
  return {
    instType: 'SPOT',
    instId: `${base}-${quote}`,
    last: day.close,
    bidPx: text(bids[0]?.price),
    bidSz: text(bids[0]?.amount),
    askPx: text(asks[0]?.price),
    askSz: text(asks[0]?.amount),
    open24h: day.open,
    high24h: day.high,
    low24h: day.low,
    vol24h: day.volume,
    volCcy24h: day.quoteVolume,
    ts: String(now()),
  }
}
