// What the exchange accepted, for tests that count orders.

import type { OrderRequest, Order as VenueOrder } from '@keyside/venue'
import type Big from 'big.js'
import { amount, statusOf } from './order-views.ts'

/** Amounts are decimal strings; times Unix ms. */
export interface AcceptedOrder {
  readonly orderId: string
  readonly clientOrderId: string
  readonly account: string
  readonly time: number
  readonly symbol: string
  readonly side: 'buy' | 'sell'
  readonly type: string
  readonly timeInForce: string
  readonly price: string | undefined
  readonly stopPrice: string | undefined
  readonly quantity: string
  readonly executed: string
  /** Quote that the fills came to. */
  readonly executedQuote: string
  readonly fills: number
  /** As the venue says it: NEW, PARTIALLY_FILLED, FILLED, CANCELED, EXPIRED. */
  readonly outcome: string
}

type Order = VenueOrder<Big, OrderRequest<Big>>

/** `typeOf`: the venue's word for it. */
export function acceptedOrder<O extends Order>(
  order: O,
  typeOf: (request: O['request']) => string,
): AcceptedOrder {
  const { request } = order
  return {
    orderId: String(order.id),
    clientOrderId: request.clientOrderId,
    account: request.account,
    time: order.createdAt,
    symbol: request.market,
    side: request.side,
    type: typeOf(request),
    timeInForce: request.timeInForce,
    price: request.price === undefined ? undefined : amount(request.price),
    stopPrice: request.triggerPrice === undefined ? undefined : amount(request.triggerPrice),
    quantity: amount(order.amount),
    executed: amount(order.filled),
    executedQuote: amount(order.filledValue),
    fills: order.fills.length,
    outcome: statusOf(order),
  }
}
