// An order as an approval names it and as the trader sees it: each step of its life is reported, a denial too.
import {
  type Decimal,
  hashText,
  type OrderStatus,
  type OrderView,
  type ReportEvent,
} from '@keyside/protocol'
import { type ExecutorCode, sentenceOf } from '../model/codes.ts'
import { ratio } from '../model/decimals.ts'
import type { OrderRequest } from '../model/exchange.ts'
import type { Order } from '../model/order.ts'
import { orderResult } from '../model/profit.ts'
import type { PlanCode } from '../risk/plan/result.ts'
import { append, type DecisionContext, report, singleLine } from './context.ts'
import { tellRefusal } from './refusals.ts'

/** Hash of the exact order and the end of its time: change one character and no approval fits. */
export function orderId(request: OrderRequest, until: number): string {
  const { clientOrderId, market, side, type, timeInForce, amount, price, triggerPrice } = request
  return hashText(
    JSON.stringify({
      amount,
      clientOrderId,
      market,
      price,
      side,
      timeInForce,
      triggerPrice,
      type,
      until,
    }),
  )
}

/** Null before there is a plan. */
export function orderView(order: Order): OrderView | null {
  if (order.planned === null) return null
  const { id, request, value } = order.planned
  return {
    id,
    signal: order.signal,
    stream: order.stream,
    kind: order.kind,
    market: request.market,
    side: request.side,
    amount: request.amount,
    price: request.price,
    ...(request.triggerPrice !== undefined && { stop: request.triggerPrice }),
    value,
    clientOrderId: order.clientOrderId,
  }
}

interface Why {
  readonly code: string
  readonly message: string
  readonly market?: Decimal
}

/** Tells the trader where the order stands. `why` for an end that is not a fill. */
export function reportOrder(
  context: DecisionContext,
  order: Order,
  status: OrderStatus,
  why?: Why,
): undefined {
  const event = orderReport(order, status, why)
  if (event !== null) report(context, event)
}

/** Null before there is a plan. */
export function orderReport(order: Order, status: OrderStatus, why?: Why): ReportEvent | null {
  const view = orderView(order)
  if (view === null) return null
  const average = ratio(order.cost, order.filled)
  const result = orderResult(order)
  return {
    type: 'order',
    status,
    order: view,
    filled: order.filled,
    ...(average !== null && { average }),
    ...(order.fees.length > 0 && { fees: order.fees.slice(0, 8).map((fee) => ({ ...fee })) }),
    ...(result && { result }),
    ...(order.kind === 'exit' && { reason: singleLine(order.reason) }),
    ...(why && { code: why.code, message: singleLine(why.message) }),
    ...(why?.market !== undefined && { market: why.market }),
  }
}

/**
 * Where its life ends on the device: with a code, in the journal and in a report. `message` where the code's own
 * sentence would say less.
 */
export function denyOrder(
  context: DecisionContext,
  order: Order,
  code: ExecutorCode | PlanCode | (string & {}),
  message: string = sentenceOf(code),
): 'left' {
  const { clientOrderId } = order
  append(context, { type: 'step', clientOrderId, event: 'deny', code, message })
  if (order.planned !== null) reportOrder(context, order, 'denied', { code, message })
  else
    tellRefusal(context, {
      code,
      message,
      signal: order.signal,
      stream: order.stream,
      kind: order.kind === 'exit' ? 'exit' : 'entry',
      market: order.intent.market,
    })
  return 'left'
}

/** A minute of a second's candles shows nobody where the price stands. */
export function chartTimeframe({ timeframe }: Order): string {
  return timeframe === '1s' ? '1m' : timeframe
}
