// Where an order's life ends on the device: with a code, in the journal and in a report.
import { type ExecutorCode, sentenceOf } from '../model/codes.ts'
import type { Order } from '../model/state.ts'
import type { PlanCode } from '../risk/plan/result.ts'
import { record, type Turn } from './context.ts'
import { reportOrder } from './order-view.ts'
import { tellRefusal } from './refusals.ts'

/** `message` where the code's own sentence would say less. */
export function refuseOrder(
  turn: Turn,
  order: Order,
  code: ExecutorCode | PlanCode | (string & {}),
  message: string = sentenceOf(code),
): 'left' {
  const { clientOrderId } = order
  record(turn, { type: 'step', clientOrderId, event: 'refuse', code, message })
  if (order.plan !== null) reportOrder(turn, order, 'refused', { code, message })
  else
    tellRefusal(turn, {
      code,
      message,
      signal: order.signal,
      stream: order.stream,
      kind: order.kind === 'exit' ? 'exit' : 'entry',
      market: order.idea.market,
    })
  return 'left'
}
