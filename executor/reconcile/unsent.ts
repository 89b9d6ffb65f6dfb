// Orders that an old journal holds as not sent: the exchange says whether they were sent after it was copied. Pure.
import { sentenceOf } from '../codes.ts'
import type { Happening } from '../core/fact.ts'
import type { Order } from '../core/state.ts'
import type { OrderEvent, OrderState } from '../orders/table.ts'

/** The moves that were made and lost. From there on it is unknown, and the next start asks what became of it. */
const LOST: Partial<Record<OrderState, readonly OrderEvent[]>> = {
  received: ['intend', 'send', 'lose'],
  waiting: ['approve', 'intend', 'send', 'lose'],
  approved: ['intend', 'send', 'lose'],
  clearing: ['intend', 'send', 'lose'],
  intended: ['send', 'lose'],
}

export function isUnsent({ state }: Order): boolean {
  return LOST[state] !== undefined
}

export function settleUnsent(
  { clientOrderId, state, plan }: Order,
  found: 'found' | 'missing',
): readonly Happening[] {
  const code = 'journal_rebased'
  const step = (event: OrderEvent): Happening => ({
    type: 'step',
    clientOrderId,
    event,
    code,
    message: sentenceOf(code),
  })
  if (found === 'found' && plan !== null) return (LOST[state] ?? []).map(step)
  return [step(state === 'intended' ? 'miss' : 'refuse')]
}
