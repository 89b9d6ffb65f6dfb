// An order as it begins, and what one step changes of it besides its state.
import type { Order } from './order.ts'
import type { Step } from './order-events.ts'

export const NEW_ORDER = {
  state: 'received',
  planned: null,
  approval: {
    by: 'nobody',
    prompts: 0,
    tag: '',
    reason: '',
    expires: 0,
    price: '0',
    before: null,
    card: 'owed',
  },
  wanted: null,
  sentAt: 0,
  exchangeId: '',
  seen: { first: 0, last: 0, missing: 0 },
  filled: '0',
  cost: '0',
  fees: [],
  costBasis: { amount: '0', cost: '0', fees: [] },
  trades: [],
  cancel: 'none',
  end: null,
} as const

export function stepChange(order: Order, event: Step & { at: number }): Partial<Order> {
  const { prompts } = order.approval
  if (event.approval !== undefined)
    return {
      approval: { ...event.approval, by: 'nobody', prompts: prompts + 1, card: 'owed' },
      wanted: null,
    }
  if (event.most !== undefined) return { wanted: event.most }
  if (event.event === 'keep') return { wanted: null }
  if (event.event === 'approve') return { approval: { ...order.approval, by: event.by ?? 'tap' } }
  if (event.event === 'submit') return { sentAt: event.at }
  if (event.exchangeId !== undefined) {
    const { exchangeId, seen = 0 } = event
    return { exchangeId, seen: { first: seen, last: seen, missing: 0 } }
  }
  if (event.filled !== undefined) return { end: { filled: event.filled } }
  return {}
}
