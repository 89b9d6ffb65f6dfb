// The steps of one order edit one message; what a trader must notice comes as a new one besides.
import type { OrderStatus } from '@keyside/protocol'
import { isFinal, showResult } from '../approvals/result.ts'
import { orderKey } from '../approvals/show.ts'
import { findCard } from '../store/cards.ts'
import { findByKey, putMessage } from '../store/messages.ts'
import { loudText, type OrderStep, orderText } from '../texts/orders.ts'
import type { Telling } from './telling.ts'

/** An edit makes no sound: these come as a new message too. */
const LOUD: ReadonlySet<OrderStatus> = new Set([
  'part_filled',
  'filled',
  'turned_down',
  'unknown',
  'refused',
  'not_placed',
])

export function tellOrder(telling: Telling, step: OrderStep): void {
  const { store, owner, now } = telling
  const key = orderKey(step.order.id)
  const isNew = findByKey(store, key) === null
  const isLoud = LOUD.has(step.status) || endedPartly(step)
  const trace = step.status === 'filled' ? { trace: step.order.signal } : {}
  const card = findCard(store, step.order.id)
  if (card !== null) showResult(store, card, step)
  else {
    const content = { html: orderText(step).text, ...(isLoud ? {} : { quiet: true }) }
    putMessage(store, { key, chat: owner.chat, content, ...trace }, now)
  }
  if (isNew || !isLoud) return
  const content = { html: loudText(step).text }
  putMessage(store, { key: loudKey(step), chat: owner.chat, content, ...trace }, now)
}

function endedPartly({ status, filled }: OrderStep): boolean {
  return status === 'canceled' && /[1-9]/.test(filled)
}

/** Part fills share a message, and so does a step that is reported twice; the end has its own. */
function loudKey({ status, order }: OrderStep): string {
  return `${isFinal(status) ? 'end' : status}:${order.id}`
}
