// Where an order's life ends on the device: with a code, in the journal and in a report.
import { type ExecutorCode, sentenceOf } from '../codes.ts'
import type { Order } from '../core/state.ts'
import { record, type Turn } from '../core/turn.ts'
import { tellRefusal } from '../inbox/refusals.ts'
import type { PlanCode } from '../plan/codes.ts'
import { reportOrder } from './view.ts'

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
