// From a report to the messages that the owner sees.
import type { OrderStatus, Report, ReportEvent } from '@keyside/protocol'
import { closeCard, orderKey, reopenCardWithin, showCard } from '../approvals/card.ts'
import { type Card, cardId, findCard, markCodeNeeded } from '../store/cards.ts'
import { editMessage, findByKey, type NotificationContext, notifyOwner } from '../store/messages.ts'
import {
  alertText,
  isCalm,
  noticeText,
  notTakenText,
  refusalText,
  repeatsText,
  stateText,
} from '../texts/events.ts'
import { lines } from '../texts/html.ts'
import {
  isFilled,
  type OrderStep,
  orderText,
  SEE_BELOW,
  seeBelowText,
  stepText,
  stopText,
} from '../texts/orders.ts'
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
    if (isExitWithoutPosition(event)) return
    const key = ['refusal', event.code, event.stream, event.market, event.kind].join(':')
    notifyRepeated(context, { key, at, isQuiet: isCalm(event) }, (repeats) =>
      refusalText(event, repeats),
    )
  },
  notice: (context, event, at) => {
    if (COVERED_BY_ORDER.has(event.code)) return
    const key = `notice:${event.code}:${aboutWhat(event.message)}`
    const repeated = { key, at, isQuiet: event.level === 'info' }
    notifyRepeated(context, repeated, (repeats) => noticeText(event, repeats))
  },
  // It rings: the trader has asked for it. What begins to hold again soon after counts up in the same message.
  alert: (context, event, at) => {
    const key = ['alert', event.stream, event.market, event.name].join(':')
    notifyRepeated(context, { key, at, isQuiet: false }, (repeats) => alertText(event, repeats))
  },
  state: (context, { state, by }) => {
    if (COVERED_BY_CAUSE.has(by) || (state === 'running' && by === 'start')) return
    const { text: html } = stateText({ type: 'state', state, by })
    notifyOwner(context, { html, ...(by === 'start' && { quiet: true }) })
  },
  // Already given to the command that waits for it.
  answer: () => undefined,
}

/** Numbers change from one time to the next; what else differs is another thing, and takes no other one's place. */
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

/** An exit signal without a position: there is nothing to sell, and nothing is wrong. */
function isExitWithoutPosition({ kind, code }: Extract<ReportEvent, { type: 'refusal' }>): boolean {
  return kind === 'exit' && code === 'no_position'
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

function notifyAnswerRefused(
  context: NotificationContext,
  event: Extract<ReportEvent, { type: 'refusal' }>,
  id: string,
): void {
  const { store, device, now } = context
  const order = cardId(device, id)
  notifyOwner(context, { html: notTakenText(event).text })
  if (!STILL_WAITS.has(event.code)) return
  if (event.code === 'approval_code_needed') markCodeNeeded(store, order)
  // A card that nobody has answered since must keep the buttons it shows.
  const state = findCard(store, order)?.state
  if (state === 'pressed' || state === 'answered')
    reopenCardWithin(context, order, 'not_taken', now)
}

// The steps of an order, each reported once: by editing its message, or in a new one where the phone must ring.
/** An edit makes no sound. These do. */
const LOUD: ReadonlySet<OrderStatus> = new Set(['filled', 'rejected', 'unknown', 'not_placed'])

/** The next step follows at once and is reported instead. */
const TRANSITIONAL: ReadonlySet<OrderStatus> = new Set(['approved', 'submitted', 'replaced'])

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

function isFinal(status: OrderStatus): boolean {
  return FINAL.has(status)
}

/** For this long after a press the outcome is shown on the card alone: the user is still looking at it. Seconds. */
const WATCHED_SECONDS = 60

function notifyOrder(context: NotificationContext, step: OrderStep): void {
  const card = findCard(context.store, idOf(context, step))
  if (card !== null) notifyOnCard(context, step, card)
  else if (step.order.kind === 'stop') notifyStop(context, step)
  else notifyWithoutCard(context, step)
  resolveUnknown(context, step)
}

function notifyOnCard(context: NotificationContext, step: OrderStep, card: Card): void {
  const isOutOfSight = card.pressed > 0 && context.now / 1000 - card.pressed > WATCHED_SECONDS
  const isHere = !isOutOfSight || !isLoud(step)
  closeCard(context.store, card, {
    became: step.status,
    text: isHere ? stepText(step) : SEE_BELOW,
    ...(isHere && traceOf(step)),
  })
  if (!isHere) notifyLoudly(context, step)
}

/** An order without an approval card. */
function notifyWithoutCard(context: NotificationContext, step: OrderStep): void {
  const { store } = context
  const key = orderKey(idOf(context, step))
  const older = findByKey(store, key) ?? findByKey(store, unknownKey(context, step))
  if (older === null && TRANSITIONAL.has(step.status)) return
  if (older === null && isFinal(step.status) && !isFilled(step)) notifyAgain(context, step)
  else if (isLoud(step)) notifyLoudly(context, step, older)
  else notifyOwner(context, { html: orderText(step).text, quiet: true }, { key })
}

function notifyStop(context: NotificationContext, step: OrderStep): void {
  if (isQuietStop(step)) notifyQuietStop(context, step)
  else if (step.code === 'canceled_elsewhere') notifyAgain(context, step)
  else notifyLoudly(context, step, stopMessage(context, step))
}

/** An order that ended without a fill: repeats share one message with a count. */
function notifyAgain(context: NotificationContext, step: OrderStep): void {
  const { status, code, order } = step
  const key = ['order', status, code, order.stream, order.market, order.kind].join(':')
  const isQuiet = status === 'canceled' || (order.kind === 'entry' && !isLoud(step))
  notifyRepeated(context, { key, at: context.now, isQuiet }, (repeats) =>
    lines(orderText(step), repeatsText(repeats)),
  )
}

function isLoud(step: OrderStep): boolean {
  return LOUD.has(step.status) || (step.status === 'canceled' && isFilled(step))
}

/** Final and unknown states get a message of their own, and `older` then refers to it. A repeated step edits the same one. */
function notifyLoudly(
  context: NotificationContext,
  step: OrderStep,
  older: number | null = null,
): void {
  if (older !== null)
    editMessage(context.store, older, { html: seeBelowText(step).text, quiet: true })
  const key = step.status === 'unknown' ? unknownKey(context, step) : endKey(context, step)
  notifyOwner(context, { html: orderText(step).text }, { key, ...traceOf(step) })
}

/** Once the state is known, the message about the unknown state is replaced. */
function resolveUnknown(context: NotificationContext, step: OrderStep): void {
  const { store } = context
  const doubt = step.status === 'unknown' ? null : findByKey(store, unknownKey(context, step))
  if (doubt === null) return
  const isToldBelow = findByKey(store, endKey(context, step)) !== null
  editMessage(store, doubt, { html: (isToldBelow ? seeBelowText(step) : orderText(step)).text })
}

const idOf = ({ device }: NotificationContext, { order }: OrderStep) => cardId(device, order.id)
const unknownKey = (context: NotificationContext, step: OrderStep) => `doubt:${idOf(context, step)}`
const endKey = (context: NotificationContext, step: OrderStep) => `end:${idOf(context, step)}`

function traceOf({ status, order }: OrderStep): { trace?: string } {
  return status === 'filled' ? { trace: order.signal } : {}
}

// The stops of a position share one message: the current stop, or that it was canceled.

/** A stop that could not be placed is reported by a notice of its own. */
const SILENT: ReadonlySet<OrderStatus> = new Set(['submitted', 'rejected', 'denied', 'not_placed'])

/** Where it does not ring. */
function isQuietStop(step: OrderStep): boolean {
  const isSold = isFilled(step) && isFinal(step.status)
  return !isSold && step.status !== 'unknown' && step.code !== 'canceled_elsewhere'
}

function stopMessage(context: NotificationContext, step: OrderStep): number | null {
  return findByKey(context.store, keyOf(context, step))
}

function notifyQuietStop(context: NotificationContext, step: OrderStep): void {
  const isThere = step.status === 'accepted' || step.status === 'partially_filled'
  if (SILENT.has(step.status) || (!isThere && stopMessage(context, step) === null)) return
  notifyOwner(context, { html: stopText(step).text, quiet: true }, { key: keyOf(context, step) })
}

function keyOf(
  { device }: NotificationContext,
  { order: { stream, market, signal } }: OrderStep,
): string {
  return `stop:${device}/${stream}:${market}:${signal}`
}
