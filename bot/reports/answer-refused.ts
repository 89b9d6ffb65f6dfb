// An answer that the device refused: always reported, and the card is open again if the order still waits.
import type { ReportEvent } from '@keyside/protocol'
import { reopenCardWithin } from '../approvals/answer.ts'
import { cardId, findCard, markCodeNeeded } from '../store/cards.ts'
import { putMessage } from '../store/messages.ts'
import type { NotificationContext } from '../store/notification-context.ts'
import { notTakenText } from '../texts/events.ts'

/** These leave the order as it is. */
const STILL_WAITS: ReadonlySet<string> = new Set([
  'approval_code_needed',
  'approval_code_wrong',
  'approval_code_used',
  'approval_code_locked',
  'approval_code_unset',
])

export function notifyAnswerRefused(
  context: NotificationContext,
  event: Extract<ReportEvent, { type: 'refusal' }>,
  id: string,
): void {
  const { store, owner, device, now } = context
  const order = cardId(device, id)
  const content = { html: notTakenText(event).text }
  putMessage(store, { chat: owner.chat, device, content }, now)
  if (!STILL_WAITS.has(event.code)) return
  if (event.code === 'approval_code_needed') markCodeNeeded(store, order)
  // A card that nobody has answered since must keep the buttons it shows.
  const state = findCard(store, order)?.state
  if (state === 'pressed' || state === 'answered')
    reopenCardWithin(context, order, 'not_taken', now)
}
