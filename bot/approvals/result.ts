// A card turns into its own result with each step that the device reports.
import type { OrderStatus } from '@keyside/protocol'
import { type Card, setCard } from '../store/cards.ts'
import { editMessage } from '../store/messages.ts'
import type { Store } from '../store/open.ts'
import type { Html } from '../texts/html.ts'
import { plainCard } from './show.ts'

/** Steps after which an order does not change any more. */
const FINAL: ReadonlySet<OrderStatus> = new Set([
  'declined',
  'expired',
  'denied',
  'replaced',
  'filled',
  'canceled',
  'rejected',
  'not_placed',
])

export function isFinal(status: OrderStatus): boolean {
  return FINAL.has(status)
}

interface Result {
  readonly status: OrderStatus
  readonly text: Html
  /** `jti` of the signal whose fill it reports. */
  readonly trace?: string
}

/** Any status from the device removes the buttons: the order is decided. */
export function showResult(
  store: Store,
  { order, needed, message }: Card,
  { status, text, trace }: Result,
): void {
  setCard(store, order, 'closed', status)
  editMessage(store, message, plainCard(needed, text), trace)
}
