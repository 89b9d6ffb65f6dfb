// Orders at OKX: how they and stops are sent, canceled and found, and what was traded.
import Big from 'big.js'
import { z } from 'zod'
import type { ExchangeOrder, OrderRequest } from '../../core/model/exchange.ts'
import type { OrderQuestions, Question, VenueMarket } from '../adapter/dialect.ts'
import type { OrderRow, TradeRow } from '../adapter/row-reader.ts'
import {
  amountOrNone,
  feeOf,
  fields,
  signedAmount,
  time,
  traded,
  words,
} from '../adapter/text-fields.ts'
import { rows, spot } from './answers.ts'

/** The most rows that one answer holds. */
const PAGE = 100
const limit = String(PAGE)

/** Before the number of a stop: the venue counts those apart, so that an order may have the same one. */
const STOP = 'algo:'
const stops = { ...spot, ordType: 'conditional' } as const
const PENDING = 'privateGetTradeOrdersPending'
const STOPS_PENDING = 'privateGetTradeOrdersAlgoPending'
/** What has become of stops, each of which is asked for by itself. */
const ENDS = ['effective', 'canceled', 'order_failed'] as const

/** `cash`: with the account's own coins, or not at all. */
const OWN_COINS = { tdMode: 'cash' } as const

const id = z.string().regex(/^\d{1,24}$/)
const stopId = id.transform((number) => `${STOP}${number}`)

const receiptRow = fields({
  exchangeId: ['ordId', id],
  clientOrderId: ['clOrdId', z.string()],
  said: ['sCode', z.literal('0')],
})

const stopReceiptRow = fields({
  exchangeId: ['algoId', stopId],
  clientOrderId: ['algoClOrdId', z.string()],
  said: ['sCode', z.literal('0')],
})

/** An order that was to fill at once or not at all ends by itself; the venue calls that canceled too. */
const orderRow = fields({
  market: ['instId', z.string()],
  exchangeId: ['ordId', id],
  clientOrderId: ['clOrdId', z.string()],
  type: ['ordType', z.string()],
  status: [
    'state',
    words({
      live: 'open',
      partially_filled: 'open',
      filled: 'filled',
      canceled: 'canceled',
      mmp_canceled: 'canceled',
    }),
  ],
  filled: ['accFillSz', amountOrNone],
}).transform(
  ({ type, status, ...row }): OrderRow => ({
    ...row,
    kind: 'order',
    status: status === 'canceled' && type === 'ioc' ? 'expired' : status,
    fills: [],
  }),
)

/** `effective`: it has become another order, which says what came of it. */
const stopRow = fields({
  market: ['instId', z.string()],
  exchangeId: ['algoId', stopId],
  clientOrderId: ['algoClOrdId', z.string()],
  status: [
    'state',
    words({
      live: 'open',
      pause: 'open',
      partially_effective: 'open',
      effective: 'open',
      canceled: 'canceled',
      order_failed: 'rejected',
    }),
  ],
  orders: ['ordIdList', z.array(id).default([])],
  order: ['ordId', z.union([z.literal(''), id]).default('')],
}).transform(({ orders, order, ...row }): OrderRow => {
  const became = orders[0] ?? order
  return { ...row, kind: 'stop', filled: '0', fills: [], ...(became !== '' && { became }) }
})

/** What was taken is below nothing here, and a rebate above it. */
const fillRow = fields({
  market: ['instId', z.string()],
  page: ['billId', id],
  id: ['tradeId', id],
  at: ['ts', time],
  amount: ['fillSz', traded],
  price: ['fillPx', traded],
  fee: ['fee', z.union([z.literal(''), signedAmount])],
  currency: ['feeCcy', z.string()],
  exchangeId: ['ordId', id],
  side: ['side', z.enum(['buy', 'sell'])],
}).transform(
  ({ fee, currency, ...row }): TradeRow => ({
    ...row,
    ...(fee !== '' && feeOf(new Big(fee).times(-1), currency)),
  }),
)

export const okxOrders: OrderQuestions = {
  placing: 'receipt',

  placeOrder: ({ id: instId }, order) =>
    order.type === 'limit' ? limitOrder(instId, order) : stopOrder(instId, order),

  cancelOrder: ({ id: instId }, clientOrderId, kind) => [
    kind === 'stop'
      ? {
          method: 'privatePostTradeCancelAlgos',
          params: [{ instId, algoClOrdId: clientOrderId }],
          read: () => 'requested',
        }
      : cancelBy({ instId, clOrdId: clientOrderId }),
  ],

  orderById: (market, clientOrderId) => [
    {
      method: 'privateGetTradeOrder',
      params: { instId: market.id, clOrdId: clientOrderId },
      read: rows.order(orderRow, market, { clientOrderId }),
    },
    {
      method: 'privateGetTradeOrderAlgo',
      params: { algoClOrdId: clientOrderId },
      read: rows.order(stopRow, market, { clientOrderId }),
    },
  ],

  triggeredStops: {
    isStop: (exchangeId) => exchangeId.startsWith(STOP),
    order: (market, exchangeId) => ({
      method: 'privateGetTradeOrder',
      params: { instId: market.id, ordId: exchangeId },
      read: rows.order(orderRow, market, { exchangeId }),
    }),
    cancel: ({ id: instId }, ordId) => cancelBy({ instId, ordId }),
    list: (market) => ({
      ...stopsThat('effective', market),
      read: (body) => {
        const stops = rows.all(stopRow)(body)
        return (
          stops?.map(({ became = null, exchangeId: stop }) => ({ order: became, stop })) ?? null
        )
      },
    }),
    most: PAGE,
  },

  openOrders: (market) => [
    {
      method: PENDING,
      params: { ...spot, instId: market.id },
      read: rows.orders(orderRow, market),
    },
    {
      method: STOPS_PENDING,
      params: { ...stops, instId: market.id },
      read: rows.orders(stopRow, market),
    },
  ],
  allOpenOrders: () => [
    { method: PENDING, params: spot, read: rows.ordersOfAll(orderRow) },
    { method: STOPS_PENDING, params: stops, read: rows.ordersOfAll(stopRow) },
  ],
  wholeAccountFrom: 2,

  recentOrders: (market) => [
    {
      method: 'privateGetTradeOrdersHistory',
      params: { ...spot, instId: market.id, limit },
      read: rows.orders(orderRow, market),
    },
    ...ENDS.map((state) => ({ ...stopsThat(state, market), read: rows.orders(stopRow, market) })),
  ],

  fills: (market, ordId, from) => ({
    method: 'privateGetTradeFillsHistory',
    params: { ...spot, instId: market.id, ordId, limit, ...(from !== null && { after: from }) },
    read: rows.fills(fillRow, market, ordId, { most: PAGE }),
  }),

  trades: (market) => ({
    method: 'privateGetTradeFills',
    params: { ...spot, instId: market.id, limit },
    read: rows.trades(fillRow, market),
  }),
}

/** A receipt as well: what is canceled is seen when the order is asked for. */
function cancelBy(params: Question<unknown>['params']): Question<'requested'> {
  return { method: 'privatePostTradeCancelOrder', params, read: () => 'requested' }
}

function stopsThat(state: (typeof ENDS)[number], { id: instId }: VenueMarket) {
  return { method: 'privateGetTradeOrdersAlgoHistory', params: { ...stops, instId, state, limit } }
}

/** Amounts and prices are passed on to the character. */
function limitOrder(instId: string, order: OrderRequest): Question<ExchangeOrder> {
  return {
    method: 'privatePostTradeOrder',
    params: {
      instId,
      ...OWN_COINS,
      clOrdId: order.clientOrderId,
      side: order.side,
      ordType: order.timeInForce === 'IOC' ? 'ioc' : 'limit',
      sz: order.amount,
      px: order.price,
      // Should an order meet another of the account's, the purchase gives way: a way out is never lost.
      stpMode: order.side === 'buy' ? 'cancel_taker' : 'cancel_maker',
    },
    read: rows.receipt(receiptRow, order),
  }
}

/** Of the two directions that the venue knows, that of a loss: below the price for a sale. */
function stopOrder(instId: string, order: OrderRequest): Question<ExchangeOrder> {
  return {
    method: 'privatePostTradeOrderAlgo',
    params: {
      instId,
      ...OWN_COINS,
      algoClOrdId: order.clientOrderId,
      side: order.side,
      ordType: 'conditional',
      sz: order.amount,
      slTriggerPx: order.triggerPrice ?? '',
      slTriggerPxType: 'last',
      slOrdPx: order.price,
    },
    read: rows.receipt(stopReceiptRow, order),
  }
}
