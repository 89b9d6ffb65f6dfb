// The stops of a position share one message: the current stop, or that it was canceled.
import type { OrderStatus } from '@keyside/protocol'
import { isFinal } from '../approvals/result.ts'
import { findByKey, putMessage } from '../store/messages.ts'
import type { NotificationContext } from '../store/notification-context.ts'
import { isFilled, type OrderStep, stopText } from '../texts/orders.ts'

/** A stop that could not be placed is reported by a notice of its own. */
const SILENT: ReadonlySet<OrderStatus> = new Set(['submitted', 'rejected', 'denied', 'not_placed'])

/** Where it does not ring: `order-steps.ts` has what does. */
export function isQuietStop(step: OrderStep): boolean {
  const isSold = isFilled(step) && isFinal(step.status)
  return !isSold && step.status !== 'unknown' && step.code !== 'canceled_elsewhere'
}

export function stopMessage(context: NotificationContext, step: OrderStep): number | null {
  return findByKey(context.store, keyOf(context, step))
}

export function notifyQuietStop(context: NotificationContext, step: OrderStep): void {
  const { store, owner, device, now } = context
  const isThere = step.status === 'accepted' || step.status === 'partially_filled'
  if (SILENT.has(step.status) || (!isThere && stopMessage(context, step) === null)) return
  const content = { html: stopText(step).text, quiet: true }
  putMessage(store, { key: keyOf(context, step), chat: owner.chat, device, content }, now)
}

function keyOf(
  { device }: NotificationContext,
  { order: { stream, market, signal } }: OrderStep,
): string {
  return `stop:${device}/${stream}:${market}:${signal}`
}
