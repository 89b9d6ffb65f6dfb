// An order and a stop as OKX is sent them, and the receipts for exactly those.
import type { ExchangeOrder, OrderRequest } from '../../core/model/exchange.ts'
import type { Question } from '../adapter/dialect.ts'
import { receiptRow, rowOf, STOP, stopReceiptRow } from './answers.ts'

/** `cash`: with the account's own coins, or not at all. */
const OWN_COINS = { tdMode: 'cash' } as const

/** Amounts and prices are passed on to the character. */
export function limitOrder(instId: string, order: OrderRequest): Question<ExchangeOrder> {
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
    read: (body) => {
      const row = rowOf(receiptRow, body)
      return row?.clOrdId === order.clientOrderId ? taken('order', row.ordId, order) : null
    },
  }
}

/** Of the two directions that the venue knows, that of a loss: below the price for a sale. */
export function stopOrder(instId: string, order: OrderRequest): Question<ExchangeOrder> {
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
    read: (body) => {
      const row = rowOf(stopReceiptRow, body)
      const isOurs = row?.algoClOrdId === order.clientOrderId
      return isOurs ? taken('stop', `${STOP}${row.algoId}`, order) : null
    },
  }
}

function taken(
  kind: ExchangeOrder['kind'],
  exchangeId: string,
  { clientOrderId }: OrderRequest,
): ExchangeOrder {
  return { kind, exchangeId, clientOrderId, status: 'open', filled: '0', fills: [] }
}
