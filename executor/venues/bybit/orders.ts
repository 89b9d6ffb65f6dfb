// Orders at Bybit: how they and stops are sent, canceled and found, and what was traded.
import Big from 'big.js'
import { z } from 'zod'
import type { OrderRequest } from '../../core/model/exchange.ts'
import type { OrderQuestions, VenueMarket } from '../adapter/dialect.ts'
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
import { get, nextPage, pages, result, rows, spot, whole } from './answers.ts'

/** The most rows that one answer holds. */
const PAGE = 50
const FILLS = 100

const REALTIME = 'privateGetV5OrderRealtime'
const HISTORY = 'privateGetV5OrderHistory'
const FILLED = 'privateGetV5ExecutionList'

const id = z.string().regex(/^[A-Za-z0-9-]{1,64}$/)

const receiptRow = fields({
  exchangeId: ['orderId', id],
  clientOrderId: ['orderLinkId', z.string()],
})

/** What is left of an order that was to fill at once ends by itself; the venue calls that canceled too. */
const orderRow = fields({
  market: ['symbol', z.string()],
  exchangeId: ['orderId', id],
  clientOrderId: ['orderLinkId', z.string()],
  said: [
    'orderStatus',
    words({
      Untriggered: 'waits',
      // An instant between two others.
      Triggered: 'open',
      New: 'open',
      PartiallyFilled: 'open',
      Filled: 'filled',
      PartiallyFilledCanceled: 'canceled',
      Cancelled: 'canceled',
      Deactivated: 'canceled',
      Rejected: 'rejected',
    }),
  ],
  filled: ['cumExecQty', amountOrNone],
  timeInForce: ['timeInForce', z.string()],
  type: ['stopOrderType', z.string()],
  price: ['triggerPrice', amountOrNone],
  direction: ['triggerDirection', whole.optional()],
  // The last price when it came. Of spot alone.
  basePrice: ['basePrice', amountOrNone.default('0')],
}).transform(({ said, timeInForce, type, price, direction, basePrice, ...row }): OrderRow => {
  const status = said === 'waits' ? 'open' : said
  const triggers = said === 'waits' && triggersOf(price, direction, basePrice)
  return {
    ...row,
    kind: ['', 'UNKNOWN'].includes(type) ? 'order' : 'stop',
    status: status === 'canceled' && timeInForce === 'IOC' ? 'expired' : status,
    fills: [],
    ...(triggers && { triggers }),
  }
})

/** Whoever is told no direction takes it from the last price. */
function triggersOf(price: string, direction: number | undefined, basePrice: string) {
  if (direction === 1) return 'at_or_above'
  if (direction === 2) return 'at_or_below'
  if (basePrice === '0') return undefined
  return new Big(price).gte(basePrice) ? 'at_or_above' : 'at_or_below'
}

/** A fee that names no currency is taken from what was received, and a rebate is paid in what was given. */
function fillRow({ rules: { base, quote } }: VenueMarket) {
  return fields({
    market: ['symbol', z.string()],
    exchangeId: ['orderId', id],
    clientOrderId: ['orderLinkId', z.string()],
    side: ['side', words({ Buy: 'buy', Sell: 'sell' })],
    id: ['execId', id],
    at: ['execTime', time],
    amount: ['execQty', traded],
    price: ['execPrice', traded],
    fee: ['execFee', z.union([z.literal(''), signedAmount])],
    currency: ['feeCurrency', z.string()],
  }).transform(({ fee, currency, clientOrderId, ...row }): TradeRow => {
    const implied = (row.side === 'buy') === fee.startsWith('-') ? quote : base
    return {
      ...row,
      ...(fee !== '' && feeOf(new Big(fee), currency || implied)),
      ...(clientOrderId !== '' && { clientOrderId }),
    }
  })
}

export const bybitOrders: OrderQuestions = {
  placing: 'receipt',

  placeOrder: ({ id: symbol }, order) => ({
    method: 'privatePostV5OrderCreate',
    params: order.type === 'limit' ? limitOrder(symbol, order) : stopOrder(symbol, order),
    read: result.receipt(receiptRow, order),
  }),

  // Receipts as well: what is canceled is seen when the order is asked for. A stop that has triggered is an order.
  cancelOrder: ({ id: symbol }, orderLinkId, kind) =>
    (kind === 'stop' ? ['tpslOrder', 'Order'] : ['Order']).map((orderFilter) => ({
      method: 'privatePostV5OrderCancel',
      params: { ...spot, symbol, orderLinkId, orderFilter },
      read: () => 'requested',
    })),

  // What is over may be gone from the first, and has to be in the second.
  orderById: (market, clientOrderId) =>
    [REALTIME, HISTORY].map((method) =>
      get(method, { ...spot, symbol: market.id, orderLinkId: clientOrderId }, (body) => {
        if (rows.all(orderRow)(body)?.length === 0) return 'missing'
        return rows.order(orderRow, market, { clientOrderId })(body)
      }),
    ),

  openOrders: (market) => [ordersIn(REALTIME, market, { openOnly: 0 })],
  allOpenOrders: () => [
    get(REALTIME, { ...spot, openOnly: 0, limit: PAGE }, rows.ordersOfAll(orderRow)),
  ],
  wholeAccountFrom: 2,

  recentOrders: (market) => [
    ordersIn(REALTIME, market, { openOnly: 1 }),
    ordersIn(HISTORY, market, {}),
  ],

  // With a number everything else that is asked for may be passed over by the venue.
  fills: (market, orderId, from, span) =>
    get(
      FILLED,
      {
        ...spot,
        symbol: market.id,
        ...(span === undefined ? { orderId } : { startTime: span.since, endTime: span.until }),
        limit: FILLS,
        ...(from && { cursor: from }),
      },
      pages.fills(fillRow(market), market, orderId, {
        most: FILLS,
        among: span === undefined ? 'its own' : 'others',
        next: (_, body) => nextPage(body),
      }),
    ),

  trades: (market) =>
    get(
      FILLED,
      { ...spot, symbol: market.id, limit: FILLS },
      pages.trades(fillRow(market), market),
    ),
}

function ordersIn(method: string, market: VenueMarket, which: { openOnly?: number }) {
  const params = { ...spot, symbol: market.id, ...which, limit: PAGE }
  return get(method, params, rows.orders(orderRow, market))
}

/** Amounts and prices are passed on to the character. */
function limitOrder(symbol: string, order: OrderRequest) {
  return {
    ...common(symbol, order),
    orderFilter: 'Order',
    timeInForce: order.timeInForce,
    // Should an order meet another of the account's, the purchase gives way: a way out is never lost.
    smpType: order.side === 'buy' ? 'CancelTaker' : 'CancelMaker',
  }
}

/**
 * Of the two kinds of stops the one that holds its coins. It is told no direction: which it is depends on whether the
 * trigger price is above or below the last one.
 */
function stopOrder(symbol: string, order: OrderRequest) {
  return {
    ...common(symbol, order),
    orderFilter: 'tpslOrder',
    timeInForce: 'GTC',
    triggerPrice: order.triggerPrice ?? '',
  }
}

function common(symbol: string, order: OrderRequest) {
  return {
    ...spot,
    symbol,
    side: order.side === 'buy' ? 'Buy' : 'Sell',
    orderType: 'Limit',
    qty: order.amount,
    price: order.price,
    orderLinkId: order.clientOrderId,
    // With the account's own coins, or not at all.
    isLeverage: 0,
  }
}
