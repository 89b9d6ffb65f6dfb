// From a report to the messages that the owner sees.
import type { Report, ReportEvent } from '@keyside/protocol'
import { reopenCardWithin, showCard } from '../approvals/card.ts'
import { cardId, findCard, markCodeNeeded } from '../store/cards.ts'
import { type NotificationContext, notifyOwner } from '../store/messages.ts'
import {
  alertText,
  isCalm,
  noticeText,
  notTakenText,
  refusalText,
  stateText,
} from '../texts/events.ts'
import { priceAlertText } from '../texts/price-alerts.ts'
import { kindOfNotice, kindOfRefusal } from './kinds.ts'
import { notifyOrder } from './orders.ts'
import { notifyRepeated } from './repeated.ts'

type Notifiers = {
  readonly [Type in ReportEvent['type']]: (
    context: NotificationContext,
    event: Extract<ReportEvent, { type: Type }>,
    at: number,
  ) => void
}

const NOTIFIERS: Notifiers = {
  approval: showCard,
  order: notifyOrder,
  refusal: (context, event, at) => {
    if (event.order !== undefined) return notifyAnswerRefused(context, event, event.order)
    if (isNeedless(event)) return
    const key = ['refusal', event.code, event.stream, event.market, event.kind].join(':')
    notifyRepeated(
      context,
      { key, at, isQuiet: isCalm(event), kind: kindOfRefusal(event), signal: event.signal },
      (repeats) => refusalText(event, repeats),
    )
  },
  notice: (context, event, at) => {
    if (COVERED_BY_ORDER.has(event.code)) return
    const key = `notice:${event.code}:${aboutWhat(event.message)}`
    const repeated = { key, at, isQuiet: event.level === 'info', kind: kindOfNotice(event) }
    notifyRepeated(context, repeated, (repeats) => noticeText(event, repeats))
  },
  // It rings: the trader has asked for it. What begins to hold again soon after counts up in the same message.
  alert: (context, event, at) => {
    const key = ['alert', event.stream, event.market, event.name].join(':')
    notifyRepeated(context, { key, at, isQuiet: false, kind: 'alert' }, (repeats) =>
      alertText(event, repeats),
    )
  },
  price_alert: (context, event) => {
    notifyOwner(context, { html: priceAlertText(event, context.now).text }, { kind: 'price' })
  },
  state: (context, { state, by }) => {
    if (COVERED_BY_CAUSE.has(by) || (state === 'running' && by === 'start')) return
    const { text: html } = stateText({ type: 'state', state, by })
    notifyOwner(context, { html, ...(by === 'start' && { quiet: true }) }, { kind: 'trading' })
  },
  // Already given to the command that waits for it.
  answer: () => undefined,
}

/** Repeats may differ in their numbers; texts that differ otherwise are separate notices. */
function aboutWhat(message: string): string {
  return message.replace(/\d[\d.,]*/g, '#')
}

/** The messages of the order or the stop say the same. */
const COVERED_BY_ORDER: ReadonlySet<string> = new Set([
  'position_closing',
  'take_profit',
  'stop_moved',
])

/** A notice with the cause comes with these state changes. */
const COVERED_BY_CAUSE: ReadonlySet<string> = new Set([
  'loss.dd',
  'equivocation',
  'key_can_withdraw',
])

/** An exit where nothing is held, or a stop that is already higher: nothing is wrong. */
function isNeedless({ kind, code }: Extract<ReportEvent, { type: 'refusal' }>): boolean {
  return kind !== 'entry' && (code === 'no_position' || code === 'stop_below')
}

/** Writes to the store only, inside the caller's transaction. */
export function notify(context: NotificationContext, { event, at }: Report): void {
  const teller = NOTIFIERS[event.type] as (
    context: NotificationContext,
    event: ReportEvent,
    at: number,
  ) => void
  teller(context, event, at * 1000)
}

// An answer that the device refused: always reported, and the card is open again if the order still waits.
/** These leave the order as it is. */
const STILL_WAITS: ReadonlySet<string> = new Set([
  'approval_code_needed',
  'approval_code_wrong',
  'approval_code_used',
  'approval_code_locked',
  'approval_code_unset',
])

/** These say that it waits no more. */
const OVER: ReadonlySet<string> = new Set([
  'approval_unknown',
  'approval_late',
  'approval_replaced',
])

function notifyAnswerRefused(
  context: NotificationContext,
  event: Extract<ReportEvent, { type: 'refusal' }>,
  id: string,
): void {
  const { store, device, now } = context
  const order = cardId(device, id)
  notifyOwner(context, { html: notTakenText(event).text }, { kind: 'urgent' })
  const card = findCard(store, order)
  // There is no smaller order, and the one on the card waits on.
  const isLess = card?.note === 'reducing' && !OVER.has(event.code)
  if (!STILL_WAITS.has(event.code) && !isLess) return
  if (event.code === 'approval_code_needed') markCodeNeeded(store, order)
  // If the card was not pressed since, its buttons stay as they are.
  const state = card?.state
  if (state === 'pressed' || state === 'answered')
    reopenCardWithin(context, order, 'not_taken', now)
}
