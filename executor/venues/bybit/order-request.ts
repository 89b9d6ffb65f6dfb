// An order and a stop as Bybit is sent them, and the receipts for exactly those.
import type { ExchangeOrder, OrderRequest } from '../../core/model/exchange.ts'
import type { Question } from '../adapter/dialect.ts'
import { receipt, resultOf } from './answers.ts'

/** Amounts and prices are passed on to the character. */
export function limitOrder(symbol: string, order: OrderRequest): Question<ExchangeOrder> {
  return placing('order', order, {
    ...common(symbol, order),
    orderFilter: 'Order',
    timeInForce: order.timeInForce,
    // Should an order meet another of the account's, the purchase gives way: a way out is never lost.
    smpType: order.side === 'buy' ? 'CancelTaker' : 'CancelMaker',
  })
}

/**
 * Of the two kinds of stops the one that holds its coins. It is told no direction: which it is depends on whether the
 * trigger price is above or below the last one.
 */
export function stopOrder(symbol: string, order: OrderRequest): Question<ExchangeOrder> {
  return placing('stop', order, {
    ...common(symbol, order),
    orderFilter: 'tpslOrder',
    timeInForce: 'GTC',
    triggerPrice: order.triggerPrice ?? '',
  })
}

function common(symbol: string, order: OrderRequest) {
  return {
    category: 'spot',
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

/** No more than a receipt: the order was taken. */
function placing(
  kind: ExchangeOrder['kind'],
  { clientOrderId }: OrderRequest,
  params: Readonly<Record<string, string | number>>,
): Question<ExchangeOrder> {
  return {
    method: 'privatePostV5OrderCreate',
    params,
    read: (body) => {
      const row = resultOf(receipt, body)
      if (row?.orderLinkId !== clientOrderId) return null
      return {
        kind,
        exchangeId: row.orderId,
        clientOrderId,
        status: 'open',
        filled: '0',
        fills: [],
      }
    },
  }
}
