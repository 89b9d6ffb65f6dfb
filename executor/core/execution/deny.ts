// Where an order's life ends on the device: with a code, in the journal and in a report.
import { type ExecutorCode, sentenceOf } from '../model/codes.ts'
import type { Order } from '../model/order.ts'
import type { PlanCode } from '../risk/plan/result.ts'
import { append, type DecisionContext } from './context.ts'
import { reportOrder } from './order-view.ts'
import { tellRefusal } from './refusals.ts'

/** `message` where the code's own sentence would say less. */
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
