// What the exchange accepted, for tests that count orders.
import type { Order, OrderStatus } from './order.ts'
import { amount } from './order-views.ts'

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
  readonly outcome: OrderStatus
}

export function acceptedOrder(order: Order): AcceptedOrder {
  const { request } = order
  return {
    orderId: String(order.id),
    clientOrderId: request.clientOrderId,
    account: order.account.name,
    time: order.createdAt,
    symbol: request.instrument.symbol,
    side: request.side === 'BUY' ? 'buy' : 'sell',
    type: request.type,
    timeInForce: request.timeInForce,
    price: request.price === undefined ? undefined : amount(request.price),
    stopPrice: request.stopPrice === undefined ? undefined : amount(request.stopPrice),
    quantity: amount(order.quantity),
    executed: amount(order.executed),
    executedQuote: amount(order.executedQuote),
    fills: order.fills.length,
    outcome: order.status,
  }
}
