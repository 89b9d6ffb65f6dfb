// An order as Binance is sent it, and whether the answer is about this very order.
import Big from 'big.js'
import type { ExchangeOrder, OrderRequest } from '../../core/model/exchange.ts'
import { placedAnswer, toOrder } from './answers.ts'

/** Amounts and prices are passed on to the character. */
export function orderParams(order: OrderRequest, symbol: string): Readonly<Record<string, string>> {
  return {
    symbol,
    side: order.side.toUpperCase(),
    ...typeParams(order),
    quantity: order.amount,
    price: order.price,
    // Should an order meet another of the account's, the purchase gives way: a way out is never lost.
    selfTradePreventionMode: order.side === 'buy' ? 'EXPIRE_TAKER' : 'EXPIRE_MAKER',
    newClientOrderId: order.clientOrderId,
    newOrderRespType: 'FULL',
  }
}

function typeParams({ type, timeInForce, triggerPrice }: OrderRequest): Record<string, string> {
  if (type === 'limit') return { type: 'LIMIT', timeInForce }
  return { type: 'STOP_LOSS_LIMIT', timeInForce, stopPrice: triggerPrice ?? '' }
}

/** The outcome with its fills; null unless the answer is about this very order. */
export function placed(
  body: unknown,
  sent: Readonly<Record<string, string>>,
): ExchangeOrder | null {
  const { data: row } = placedAnswer.safeParse(body)
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
  return {
    ...toOrder(row),
    fills: row.fills.map((fill) => ({
      id: fill.tradeId,
      at: row.transactTime,
      amount: fill.qty,
      price: fill.price,
      fee: { amount: fill.commission, currency: fill.commissionAsset },
    })),
  }
}

function same(a: string | undefined, b: string | undefined): boolean {
  if (b === undefined) return a === undefined || new Big(a).eq(0)
  return a !== undefined && new Big(a).eq(b)
}
