// What anybody may ask OKX: its clock, markets, prices, books and candles.
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
import { DAY_MS, lengthOf } from '../adapter/timeframes.ts'
import { rows, spot } from './answers.ts'

/** Of a taker in the lowest tier; a maker pays less. */
export const TAKER_FEE = '0.001'

const LEVELS = '100'

const clockRow = z.object({ ts: time }).transform(({ ts }) => ts)

/** There is no least value; stops are not counted. */
const marketRow = fields({
  kind: ['instType', z.literal('SPOT')],
  id: ['instId', z.string()],
  base: ['baseCcy', z.string().min(1)],
  quote: ['quoteCcy', z.string().min(1)],
  tick: ['tickSz', step],
  step: ['lotSz', step],
  minAmount: ['minSz', amount],
  maxAmount: ['maxLmtSz', total],
  state: ['state', z.string()],
}).transform(({ kind: _, id, state, ...rules }) =>
  spotMarket(id, {
    ...rules,
    minValue: '0',
    stop: { holds: 'coins', max: null },
    takerFee: TAKER_FEE,
    status: state === 'live' ? 'trading' : 'halted',
  }),
)

const tickerRow = fields({
  id: ['instId', z.string()],
  bid: ['bidPx', amountOrNone],
  ask: ['askPx', amountOrNone],
  // Of a spot market: in the quote currency.
  volume: ['volCcy24h', total],
})

const bookRow = z.object({ asks: z.array(level) }).transform(({ asks }) => asks)

export const okxMarket: MarketQuestions = {
  time: () => ({ method: 'publicGetPublicTime', params: {}, read: rows.one(clockRow) }),

  markets: {
    most: 1,
    ask: ([name = '']) => ({
      method: 'publicGetPublicInstruments',
      params: { ...spot, instId: name.replace('/', '-') },
      read: rows.readable(marketRow),
    }),
  },

  symbols: () => ({
    method: 'publicGetPublicInstruments',
    params: spot,
    read: rows.symbols(marketRow),
  }),

  quotes: oneOrAll((only) => ({ ...tickers(only), read: rows.quotes(tickerRow) })),

  volumes: oneOrAll((only) => ({ ...tickers(only), read: rows.volumes(tickerRow) })),

  asks: ({ id: instId }) => ({
    method: 'publicGetMarketBooks',
    params: { instId, sz: LEVELS },
    read: rows.one(bookRow),
  }),

  candles: ({ id: instId }, timeframe, limit, since = 0) => ({
    method: 'publicGetMarketCandles',
    params: {
      instId,
      bar: barOf(timeframe),
      limit: String(limit),
      // Both ends are left out by the venue, which gives the newest in between.
      ...(since > 0 && {
        before: String(since - 1),
        after: String(since + limit * lengthOf(timeframe)),
      }),
    },
    read: rows.candles(candleRow(time)),
  }),
}

function tickers(only: { readonly id: string } | undefined) {
  return only === undefined
    ? { method: 'publicGetMarketTickers', params: spot }
    : { method: 'publicGetMarketTicker', params: { instId: only.id } }
}

/** From hours on in capitals. The venue's days begin at midnight in Hong Kong, where the name does not say otherwise. */
function barOf(timeframe: string): string {
  const name = /[hdw]$/.test(timeframe) ? timeframe.toUpperCase() : timeframe
  return lengthOf(timeframe) >= DAY_MS / 4 ? `${name}utc` : name
}
