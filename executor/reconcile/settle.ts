// Orders that the journal holds otherwise than the exchange: sent after a backup was made, or gone there. Pure.
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

/** Over with the trades that are known: the exchange has it in none of its lists, and the trader is there to say so. */
export function settleGone({ clientOrderId, filled }: Order): readonly Happening[] {
  return [{ ...step(clientOrderId, 'end'), filled }, step(clientOrderId, 'cancel')]
}

export function settleUnsent(
  { clientOrderId, state, plan }: Order,
  found: 'found' | 'missing',
): readonly Happening[] {
  if (found === 'found' && plan !== null)
    return (LOST[state] ?? []).map((event) => step(clientOrderId, event))
  return [step(clientOrderId, state === 'intended' ? 'miss' : 'refuse')]
}

function step(clientOrderId: string, event: OrderEvent) {
  const code = 'journal_rebased'
  return { type: 'step', clientOrderId, event, code, message: sentenceOf(code) } as const
}
