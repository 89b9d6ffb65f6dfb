// What the exchange accepted, for tests that count orders.
import { amount, statusOf } from './order-views.ts'
import type { Order } from './trading.ts'

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

export function acceptedOrder(order: Order): AcceptedOrder {
  const { request } = order
  return {
    orderId: String(order.id),
    clientOrderId: request.clientOrderId,
    account: request.account,
    time: order.createdAt,
    symbol: request.instrument.symbol,
    side: request.side,
    type: request.spotType,
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
