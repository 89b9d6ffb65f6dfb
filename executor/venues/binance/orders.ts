// Orders at Binance: how they and stops are sent, canceled and found, and what was traded.
import Big from 'big.js'
import { z } from 'zod'
import type { ExchangeOrder, OrderRequest } from '../../core/model/exchange.ts'
import type { OrderQuestions } from '../adapter/dialect.ts'
import type { OrderRow, TradeRow } from '../adapter/row-reader.ts'
import { amount, fields, traded, words } from '../adapter/text-fields.ts'
import { id, rows, single } from './answers.ts'

/** The most orders or trades that one answer holds. */
const PAGE = 1_000
const limit = String(PAGE)
/** In ccxt's units, which knows only the weight of a question without an order. */
const FILLS_WEIGHT = 1
const OPEN = 'privateGetOpenOrders'
/** The open orders of all markets: 80 of the address's weight. */
const ALL_ORDERS_WEIGHT = 16

const order = z.object({
  symbol: z.string(),
  orderId: id,
  clientOrderId: z.string(),
  side: z.string(),
  type: z.string(),
  timeInForce: z.string(),
  price: amount,
  stopPrice: amount.optional(),
  origQty: amount,
  executedQty: amount,
  status: words({
    NEW: 'open',
    PENDING_NEW: 'open',
    PARTIALLY_FILLED: 'open',
    PENDING_CANCEL: 'open',
    FILLED: 'filled',
    CANCELED: 'canceled',
    REJECTED: 'rejected',
    EXPIRED: 'expired',
    EXPIRED_IN_MATCH: 'expired',
  }),
})

const orderRow = order.transform((row): OrderRow => ({ market: row.symbol, ...toOrder(row) }))

function toOrder(row: z.infer<typeof order>): ExchangeOrder {
  return {
    kind: row.type === 'STOP_LOSS_LIMIT' ? 'stop' : 'order',
    exchangeId: row.orderId,
    clientOrderId: row.clientOrderId,
    status: row.status,
    filled: row.executedQty,
    fills: [],
  }
}

/** What is told of an order that was placed, with its fills so far. */
const outcome = order.extend({
  transactTime: z.int(),
  fills: z.array(
    fields({
      id: ['tradeId', id],
      price: ['price', traded],
      amount: ['qty', traded],
      fee: ['commission', amount],
      currency: ['commissionAsset', z.string()],
    }).transform(({ fee, currency, ...fill }) => ({ ...fill, fee: { amount: fee, currency } })),
  ),
})

/** A canceled order has a new name; ours is the original one. */
const canceledRow = (symbol: string, origClientOrderId: string) =>
  z
    .object({
      symbol: z.literal(symbol),
      origClientOrderId: z.literal(origClientOrderId),
      status: z.literal('CANCELED'),
    })
    .transform(() => 'canceled' as const)

const tradeRow = fields({
  market: ['symbol', z.string()],
  id: ['id', id],
  exchangeId: ['orderId', id],
  price: ['price', traded],
  amount: ['qty', traded],
  fee: ['commission', amount],
  currency: ['commissionAsset', z.string()],
  at: ['time', z.int()],
  isBuyer: ['isBuyer', z.boolean()],
}).transform(
  ({ fee, currency, isBuyer, ...row }): TradeRow => ({
    ...row,
    fee: { amount: fee, currency },
    side: isBuyer ? 'buy' : 'sell',
  }),
)

export const binanceOrders: OrderQuestions = {
  placing: 'outcome',

  placeOrder: ({ id: symbol }, order) => {
    const params = orderParams(order, symbol)
    return { method: 'privatePostOrder', params, read: (body) => placed(body, params) }
  },

  cancelOrder: ({ id: symbol }, clientOrderId) => [
    {
      method: 'privateDeleteOrder',
      params: { symbol, origClientOrderId: clientOrderId },
      read: single.one(canceledRow(symbol, clientOrderId)),
    },
  ],

  orderById: (market, clientOrderId) => [
    {
      method: 'privateGetOrder',
      params: { symbol: market.id, origClientOrderId: clientOrderId },
      read: single.order(orderRow, market, { clientOrderId }),
    },
  ],

  openOrders: (market) => [
    { method: OPEN, params: { symbol: market.id }, read: rows.orders(orderRow, market) },
  ],
  allOpenOrders: () => [
    { method: OPEN, params: {}, weight: ALL_ORDERS_WEIGHT, read: rows.ordersOfAll(orderRow) },
  ],
  // 80 for all of them, 6 for those of a market.
  wholeAccountFrom: 14,

  recentOrders: (market) => [
    {
      method: 'privateGetAllOrders',
      params: { symbol: market.id, limit },
      read: rows.orders(orderRow, market),
    },
  ],

  // From a number on, or the newest come alone.
  fills: (market, orderId, from) => {
    const fromId = from ?? '0'
    const readPage = rows.fills(tradeRow, market, orderId, { most: PAGE, next: afterLast })
    return {
      method: 'privateGetMyTrades',
      params: { symbol: market.id, orderId, fromId, limit },
      weight: FILLS_WEIGHT,
      read: (body) => {
        const page = readPage(body)
        return page?.fills.every((fill) => BigInt(fill.id) >= BigInt(fromId)) ? page : null
      },
    }
  },

  // Not from a starting point on: the venue would list the oldest of the first day.
  trades: (market) => ({
    method: 'privateGetMyTrades',
    params: { symbol: market.id, limit },
    read: rows.trades(tradeRow, market),
  }),
}

function afterLast(fills: readonly { readonly id: string }[]): string {
  const last = fills.reduce((most, { id }) => (BigInt(id) > most ? BigInt(id) : most), 0n)
  return String(last + 1n)
}

type Params = Readonly<Record<string, string>>

/** Amounts and prices are passed on to the character. */
function orderParams(order: OrderRequest, symbol: string): Params {
  return {
    symbol,
    side: order.side.toUpperCase(),
    type: order.type === 'limit' ? 'LIMIT' : 'STOP_LOSS_LIMIT',
    timeInForce: order.timeInForce,
    ...(order.type === 'stop_limit' && { stopPrice: order.triggerPrice ?? '' }),
    quantity: order.amount,
    price: order.price,
    // Should an order meet another of the account's, the purchase gives way: a way out is never lost.
    selfTradePreventionMode: order.side === 'buy' ? 'EXPIRE_TAKER' : 'EXPIRE_MAKER',
    newClientOrderId: order.clientOrderId,
    newOrderRespType: 'FULL',
  }
}

/** The outcome with its fills; null unless the answer is about this very order. */
function placed(body: unknown, sent: Params): ExchangeOrder | null {
  const { data: row } = outcome.safeParse(body)
  const isOurs =
    row?.symbol === sent['symbol'] &&
    row?.clientOrderId === sent['newClientOrderId'] &&
    row?.side === sent['side'] &&
    row?.type === sent['type'] &&
    row?.timeInForce === sent['timeInForce'] &&
    same(row?.origQty, sent['quantity']) &&
    same(row?.price, sent['price']) &&
    same(row?.stopPrice, sent['stopPrice'])
  if (row === undefined || !isOurs) return null
  const fills = row.fills.map((fill) => ({ ...fill, at: row.transactTime }))
  return { ...toOrder(row), fills }
}

function same(a: string | undefined, b: string | undefined): boolean {
  if (b === undefined) return a === undefined || new Big(a).eq(0)
  return a !== undefined && new Big(a).eq(b)
}
