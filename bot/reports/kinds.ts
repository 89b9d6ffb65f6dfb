// Which kind of notice each report becomes: the trader chooses by kind what rings, comes silently, or not at all.
import type { ReportEvent } from '@keyside/protocol'
import type { NoticeKind } from '../settings/notice-kinds.ts'
import { isCalm } from '../texts/events.ts'
import { isFilled, type OrderStep } from '../texts/orders.ts'

type Event<Type extends ReportEvent['type']> = Extract<ReportEvent, { type: Type }>

/** An order with an unknown outcome and an exit that cannot be made need a person. */
export function kindOfStep(step: OrderStep): NoticeKind {
  const { status, order, code } = step
  if (status === 'unknown' || code === 'canceled_elsewhere') return 'urgent'
  const isBarred = ['denied', 'rejected', 'not_placed'].includes(status)
  if (order.kind === 'entry') return isFilled(step) || !ENDED.has(status) ? 'fill' : 'refusal'
  if (isBarred) return 'urgent'
  if (isFilled(step) || order.kind === 'exit') return 'sale'
  return 'stop'
}

/** Final statuses of an order that was not filled. */
export const ENDED: ReadonlySet<string> = new Set([
  'declined',
  'expired',
  'denied',
  'replaced',
  'canceled',
  'rejected',
  'not_placed',
])

export function kindOfRefusal(event: Event<'refusal'>): NoticeKind {
  return isCalm(event) ? 'refusal' : 'urgent'
}

/** By the first word of their codes. */
export const NOTICES: ReadonlyMap<string, NoticeKind> = new Map([
  ['exchange', 'exchange'],
  ['policy', 'policy'],
  ['loosening', 'policy'],
  ['keyset', 'provider'],
  ['provider', 'provider'],
  ['plan', 'provider'],
  ['stream', 'provider'],
  ['price', 'price'],
])

export function kindOfNotice({ level, code }: Event<'notice'>): NoticeKind {
  if (level === 'error') return 'urgent'
  return NOTICES.get(code.split(/[_.]/)[0] ?? '') ?? 'health'
}
