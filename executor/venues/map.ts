// Words of the port to words of Binance and back. Pure.
import Big from 'big.js'
import type { z } from 'zod'
import type { ExchangeOrder, Fill, MarketRules, WireOrder } from '../core/model/exchange.ts'
import {
  filters,
  type marketAnswer,
  type orderAnswer,
  placedAnswer,
  type tradeAnswer,
} from './answers.ts'

/** The parameters of POST /api/v3/order. Amounts and prices are passed on to the character. */
export function toVenue(order: WireOrder, symbol: string): Record<string, string> {
  return {
    symbol,
    side: order.side.toUpperCase(),
    ...toVenueType(order),
    quantity: order.amount,
    price: order.price,
    selfTradePreventionMode: selfTradePrevention(order),
    newClientOrderId: order.clientOrderId,
    newOrderRespType: 'FULL',
  }
}

/** Should an order meet another of the account's, the purchase gives way: a way out is never lost. */
function selfTradePrevention({ side }: WireOrder): string {
  return side === 'buy' ? 'EXPIRE_TAKER' : 'EXPIRE_MAKER'
}

function toVenueType({ type, stop }: WireOrder): Record<string, string> {
  if (type === 'ioc') return { type: 'LIMIT', timeInForce: 'IOC' }
  if (type === 'rest') return { type: 'LIMIT', timeInForce: 'GTC' }
  return { type: 'STOP_LOSS_LIMIT', timeInForce: 'GTC', stopPrice: stop ?? '' }
}

/** Null unless the answer is about this very order. */
export function fromPlaced(body: unknown, order: WireOrder, symbol: string): ExchangeOrder | null {
  const read = placedAnswer.safeParse(body)
  if (!read.success || !isAbout(read.data, toVenue(order, symbol))) return null
  const { fills, transactTime } = read.data
  return {
    ...fromOrder(read.data),
    fills: fills.map((fill) => ({
      id: fill.tradeId,
      at: transactTime,
      amount: fill.qty,
      price: fill.price,
      fee: { amount: fill.commission, currency: fill.commissionAsset },
    })),
  }
}

function isAbout(answer: z.infer<typeof placedAnswer>, sent: Record<string, string>): boolean {
  return (
    answer.symbol === sent['symbol'] &&
    answer.clientOrderId === sent['newClientOrderId'] &&
    answer.side === sent['side'] &&
    answer.type === sent['type'] &&
    answer.timeInForce === sent['timeInForce'] &&
    same(answer.origQty, sent['quantity']) &&
    same(answer.price, sent['price']) &&
    same(answer.stopPrice, sent['stopPrice'])
  )
}

function same(a: string | undefined, b: string | undefined): boolean {
  if (b === undefined) return a === undefined || new Big(a).eq(0)
  return a !== undefined && new Big(a).eq(b)
}

export function fromOrder(answer: z.infer<typeof orderAnswer>): ExchangeOrder {
  return {
    exchangeId: answer.orderId,
    clientOrderId: answer.clientOrderId,
    status: answer.status,
    filled: answer.executedQty,
    fills: [],
  }
}

export function fromTrade(trade: z.infer<typeof tradeAnswer>): Fill {
  return {
    id: trade.id,
    at: trade.time,
    amount: trade.qty,
    price: trade.price,
    fee: { amount: trade.commission, currency: trade.commissionAsset },
  }
}

export interface VenueMarket {
  /** Such as BTCUSDT. */
  readonly id: string
  readonly rules: MarketRules
}

/** Null unless `market` is exactly the name of a spot market with readable rules. */
export function fromMarket(
  market: string,
  entry: z.infer<typeof marketAnswer> | undefined,
): VenueMarket | null {
  if (entry === undefined || `${entry.baseAsset}/${entry.quoteAsset}` !== market) return null
  const status = entry.status === 'TRADING' ? 'trading' : 'halted'
  if (status === 'trading' && !entry.isSpotTradingAllowed) return null
  const read = filters.safeParse(entry.filters)
  if (!read.success) return null
  const all = Object.fromEntries(read.data.map((filter) => [filter.filterType, filter]))
  const tick = all['PRICE_FILTER']?.tickSize
  const lot = all['LOT_SIZE']
  const minValue = (all['NOTIONAL'] ?? all['MIN_NOTIONAL'])?.minNotional
  if (!tick || !lot?.stepSize || !lot.minQty || !lot.maxQty || !minValue) return null
  const { symbol: id, baseAsset: base, quoteAsset: quote } = entry
  const { stepSize: step, minQty: minAmount, maxQty: maxAmount } = lot
  const maxStops = all['MAX_NUM_ALGO_ORDERS']?.maxNumAlgoOrders ?? null
  return {
    id,
    rules: { market, base, quote, tick, step, minAmount, maxAmount, minValue, maxStops, status },
  }
}
