// The market in the words the venue answers with.

import type { Level } from '@keyside/venue'
import Big from 'big.js'
import type { Candle } from '../market/candle.ts'
import type { Instrument } from '../market/instrument.ts'
import { type Trade, tickAt } from '../market/market.ts'
import { TICK_MS } from '../market/wave.ts'
import type { ExchangeContext } from './context.ts'
import { describeFilters } from './filters.ts'
import { LIMITS } from './limits.ts'
import { Listings } from './listings.ts'
import { ORDER_TYPES, SELF_TRADE_PREVENTIONS } from './order-request.ts'
import { amount } from './order-views.ts'

const AVERAGE_MS = 300_000

export function exchangeInfo(
  instruments: readonly Instrument[],
  now: number,
  listings = new Listings(),
): object {
  return {
    timezone: 'UTC',
    serverTime: now,
    rateLimits: [
      {
        rateLimitType: 'REQUEST_WEIGHT',
        interval: 'MINUTE',
        intervalNum: 1,
        limit: LIMITS.weight,
      },
      { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: LIMITS.orders },
    ],
    exchangeFilters: [],
    symbols: instruments.map((instrument) => symbolInfo(instrument, listings)),
  }
}

function symbolInfo(instrument: Instrument, listings: Listings): object {
  return {
    symbol: instrument.id,
    status: listings.of(instrument.symbol),
    baseAsset: instrument.base,
    baseAssetPrecision: 8,
    quoteAsset: instrument.quote,
    quotePrecision: 8,
    quoteAssetPrecision: 8,
    baseCommissionPrecision: 8,
    quoteCommissionPrecision: 8,
    orderTypes: ORDER_TYPES,
    icebergAllowed: false,
    ocoAllowed: false,
    otoAllowed: false,
    quoteOrderQtyMarketAllowed: true,
    allowTrailingStop: false,
    cancelReplaceAllowed: false,
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: false,
    filters: describeFilters(instrument),
    permissions: [],
    permissionSets: [['SPOT']],
    defaultSelfTradePreventionMode: 'EXPIRE_MAKER',
    allowedSelfTradePreventionModes: SELF_TRADE_PREVENTIONS,
  }
}

export function candleView(candle: Candle): unknown[] {
  const { openTime, open, high, low, close, volume, closeTime, quoteVolume, trades } = candle
  const halves = [half(volume), half(quoteVolume)]
  return [openTime, open, high, low, close, volume, closeTime, quoteVolume, trades, ...halves, '0']
}

/** The kline stream's event. */
export function candleEvent(
  instrument: Instrument,
  interval: string,
  candle: Candle,
  time: number,
): object {
  return {
    e: 'kline',
    E: time,
    s: instrument.id,
    k: {
      t: candle.openTime,
      T: candle.closeTime,
      s: instrument.id,
      i: interval,
      f: candle.firstTrade,
      L: candle.firstTrade + candle.trades - 1,
      o: candle.open,
      c: candle.close,
      h: candle.high,
      l: candle.low,
      v: candle.volume,
      n: candle.trades,
      x: candle.closed,
      q: candle.quoteVolume,
      V: half(candle.volume),
      Q: half(candle.quoteVolume),
      B: '0',
    },
  }
}

export function depthView(context: ExchangeContext, instrument: Instrument, limit: number): object {
  const tick = tickAt(context.now())
  const { bids, asks } = context.book.at(instrument, tick)
  return {
    lastUpdateId: tick,
    bids: bids.slice(0, limit).map(levelView),
    asks: asks.slice(0, limit).map(levelView),
  }
}

export function levelView(level: Level<Big>): [string, string] {
  return [amount(level.price), amount(level.amount)]
}

export function bookTickerView(context: ExchangeContext, instrument: Instrument): object {
  const { bid, ask } = best(context, instrument)
  return {
    symbol: instrument.id,
    bidPrice: amount(bid?.price),
    bidQty: amount(bid?.amount),
    askPrice: amount(ask?.price),
    askQty: amount(ask?.amount),
  }
}

/** The bookTicker stream's event, which has no name and no time. */
export function bookTickerEvent(
  context: ExchangeContext,
  instrument: Instrument,
  tick: number,
): object {
  const { bid, ask } = best(context, instrument)
  return {
    u: tick,
    s: instrument.id,
    b: amount(bid?.price),
    B: amount(bid?.amount),
    a: amount(ask?.price),
    A: amount(ask?.amount),
  }
}

export function tickerView(context: ExchangeContext, instrument: Instrument): object {
  const { day, change, percent, average, bid, ask } = dayOf(context, instrument)
  return {
    symbol: instrument.id,
    priceChange: amount(change),
    priceChangePercent: percent,
    weightedAvgPrice: amount(average),
    prevClosePrice: day.open,
    lastPrice: day.close,
    lastQty: instrument.stepSize,
    bidPrice: amount(bid?.price),
    bidQty: amount(bid?.amount),
    askPrice: amount(ask?.price),
    askQty: amount(ask?.amount),
    openPrice: day.open,
    highPrice: day.high,
    lowPrice: day.low,
    volume: day.volume,
    quoteVolume: day.quoteVolume,
    openTime: day.openTime,
    closeTime: context.now(),
    firstId: day.firstTrade,
    lastId: day.firstTrade + day.trades - 1,
    count: day.trades,
  }
}

/** Of the last five minutes' trades. */
export function averageView(context: ExchangeContext, { symbol }: Instrument): object {
  const now = context.now()
  const start = (tickAt(now - AVERAGE_MS) + 1) * TICK_MS
  const span = context.market.candle(symbol, start, AVERAGE_MS, now)
  const price = amount(new Big(span.quoteVolume).div(span.volume))
  return { mins: AVERAGE_MS / 60_000, price, closeTime: now }
}

/** The miniTicker stream's event. */
export function miniTickerEvent(
  context: ExchangeContext,
  instrument: Instrument,
  time: number,
): object {
  const { open, high, low, close, volume, quoteVolume } = dayOf(context, instrument).day
  const prices = { o: open, h: high, l: low, c: close, v: volume, q: quoteVolume }
  return { e: '24hrMiniTicker', E: time, s: instrument.id, ...prices }
}

export function aggregateView(trade: Trade): object {
  const { tick, price, quantity, time } = trade
  return { a: tick, p: price, q: quantity, f: tick, l: tick, T: time, m: false, M: true }
}

/** The trade stream's event. */
export function tradeEvent(instrument: Instrument, trade: Trade): object {
  const { tick, price, quantity, time } = trade
  return {
    e: 'trade',
    E: time,
    s: instrument.id,
    t: tick,
    p: price,
    q: quantity,
    T: time,
    m: false,
    M: true,
  }
}

function dayOf(context: ExchangeContext, instrument: Instrument) {
  const now = context.now()
  const day = context.market.lastDay(instrument.symbol, now)
  const change = new Big(day.close).minus(day.open)
  const percent = change.div(day.open).times(100).toFixed(3)
  const average = new Big(day.quoteVolume).div(day.volume)
  return { day, change, percent, average, ...best(context, instrument) }
}

function best(context: ExchangeContext, instrument: Instrument) {
  const { bids, asks } = context.book.at(instrument, tickAt(context.now()))
  return { bid: bids[0], ask: asks[0] }
}

/** Buyers and sellers are equally eager in the sandbox. */
function half(volume: string): string {
  return amount(new Big(volume).div(2))
}
