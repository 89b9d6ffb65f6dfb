// The steps of an order, each reported once: by editing the message of its trade, or in a new message where the phone must ring.
import type { OrderStatus } from '@keyside/protocol'
import { closeCard, orderKey, showOnCard } from '../approvals/card.ts'
import { type Card, cardId, findCard } from '../store/cards.ts'
import { editMessage, findByKey, type NotificationContext, notifyOwner } from '../store/messages.ts'
import { findTrade, insertTrade, type Trade, updateTrade } from '../store/trades.ts'
import { missedText, outcomeOnCard } from '../texts/card.ts'
import { repeatsText } from '../texts/events.ts'
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
import { heldOf, isOver, type TradeStory, tradeText } from '../texts/trade.ts'
import { ENDED, kindOfStep } from './kinds.ts'
import { notifyRepeated } from './repeated.ts'

/** An edit makes no sound. These do. */
const LOUD: ReadonlySet<OrderStatus> = new Set(['filled', 'rejected', 'unknown', 'not_placed'])

/** The next step follows at once and is reported instead. */
const TRANSITIONAL: ReadonlySet<OrderStatus> = new Set(['approved', 'submitted', 'replaced'])

/** For this long after a press the outcome is shown on the card alone: the user is still looking at it. Seconds. */
const WATCHED_SECONDS = 60

export function notifyOrder(context: NotificationContext, step: OrderStep): void {
  const { kind } = step.order
  const card = findCard(context.store, idOf(context, step))
  const message =
    card === null ? notifyWithoutCard(context, step) : notifyOnCard(context, step, card)
  if (kind === 'entry') followPurchase(context, step, message)
  resolveUnknown(context, step)
}

/** Returns the message that tells it. */
function notifyOnCard(context: NotificationContext, step: OrderStep, card: Card): number {
  const isOutOfSight = card.pressed > 0 && context.now / 1000 - card.pressed > WATCHED_SECONDS
  const isHere = !isOutOfSight || !isLoud(step)
  closeCard(context.store, card, {
    became: step.status,
    text: isHere ? outcomeOnCard(step) : SEE_BELOW,
    ...(isHere && traceOf(step)),
  })
  if (step.status === 'expired' && card.pressed === 0) tellMissed(context, step, card)
  const trade = step.order.kind === 'entry' ? null : tradeOf(context, step)
  if (trade !== null) followStep(context, trade, step, toldBefore(context, step))
  return isHere ? card.message : notifyLoudly(context, step, { answers: card.message })
}

/** An edit makes no sound, and nobody has looked at this card. */
function tellMissed(context: NotificationContext, step: OrderStep, card: Card): void {
  const content = { html: missedText(card.needed, step).text }
  const key = `missed:${card.order}`
  notifyOwner(context, content, { key, kind: 'card', answers: card.message })
}

/** Returns the message that tells it; null where none of its own does. */
function notifyWithoutCard(context: NotificationContext, step: OrderStep): number | null {
  if (step.order.kind === 'entry') return notifyAlone(context, step)
  const trade = tradeOf(context, step)
  if (trade === null)
    return step.order.kind === 'stop' ? notifyStop(context, step) : notifyAlone(context, step)
  followStep(context, trade, step, toldBefore(context, step))
  const isDoubted = findByKey(context.store, unknownKey(context, step)) !== null
  const answers = trade.message
  if (step.code === 'canceled_elsewhere') return notifyAgain(context, step, answers)
  if (step.order.kind === 'stop' && isQuietStop(step)) return null
  if (isLoud(step)) return notifyLoudly(context, step, { answers })
  // The message about the unknown outcome is edited to say how it ended.
  if (isFinal(step) && !isDoubted) return notifyAgain(context, step, answers)
  return null
}

/** Of no trade that is known. */
function notifyAlone(context: NotificationContext, step: OrderStep): number | null {
  const { store } = context
  const key = orderKey(idOf(context, step))
  const doubt = findByKey(store, unknownKey(context, step))
  const older = findByKey(store, key) ?? doubt
  if (older === null && TRANSITIONAL.has(step.status)) return null
  if (older === null && isFinal(step) && !isFilled(step)) return notifyAgain(context, step)
  if (isLoud(step)) return notifyLoudly(context, step, { older })
  if (older !== null && older === doubt) return null
  return notifyOwner(
    context,
    { html: orderText(step).text, quiet: true },
    { key, kind: kindOfStep(step) },
  )
}

/** Ends without a trade, whose message gets a button that explains them. */
const NO_TRADE: ReadonlySet<OrderStatus> = new Set(['denied', 'rejected', 'not_placed', 'expired'])

/** An order that ended without a fill: repeats share one message with a count. */
function notifyAgain(context: NotificationContext, step: OrderStep, answers?: number): number {
  const { status, code, order } = step
  const key = ['order', status, code, order.stream, order.market, order.kind].join(':')
  const isQuiet = status === 'canceled' || (order.kind === 'entry' && !isLoud(step))
  const signal = NO_TRADE.has(status) ? order.signal : undefined
  const repeated = { key, at: context.now, isQuiet, kind: kindOfStep(step), answers, signal }
  return notifyRepeated(context, repeated, (repeats) =>
    lines(orderText(step), repeatsText(repeats)),
  )
}

/** An order does not change any more after it. */
function isFinal({ status }: OrderStep): boolean {
  return status === 'filled' || ENDED.has(status)
}

function isLoud(step: OrderStep): boolean {
  return LOUD.has(step.status) || (step.status === 'canceled' && isFilled(step))
}

/**
 * Final and unknown states get a message of their own, which answers the older one; `older` then points to it. A repeated
 * step edits the same one.
 */
function notifyLoudly(
  context: NotificationContext,
  step: OrderStep,
  { older = null, answers = older }: { older?: number | null; answers?: number | null },
): number {
  if (older !== null)
    editMessage(context.store, older, { html: seeBelowText(step).text, quiet: true })
  const key = step.status === 'unknown' ? unknownKey(context, step) : endKey(context, step)
  const content = { html: orderText(step).text }
  const more = { key, kind: kindOfStep(step), ...(answers !== null && { answers }) }
  return notifyOwner(context, content, { ...more, ...traceOf(step) })
}

/** The device tells a sale again when it knows more of its result. */
function toldBefore(context: NotificationContext, step: OrderStep): 'before' | 'now' {
  const isOld = isFinal(step) && findByKey(context.store, endKey(context, step)) !== null
  return isOld ? 'before' : 'now'
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

// The one message of a trade, brought up to date with each step of its purchase, its stop and its sales.
/** A purchase, which `message` tells of: from now on that message is the trade's. */
function followPurchase(
  context: NotificationContext,
  step: OrderStep,
  message: number | null,
): void {
  if (message === null || !isFilled(step)) return
  const { store, device } = context
  const { stream, market } = step.order
  const known = findTrade(store, { device, stream, market })
  if (known?.story.entry.order.id === step.order.id) {
    update(context, { ...known, message }, { ...known.story, entry: step })
    return
  }
  const added = known !== null && !isOver(known.story)
  if (added) update(context, known, { ...known.story, joined: true })
  const story: TradeStory = {
    entry: step,
    sales: [],
    ...(added && { heldBefore: heldOf(known.story) }),
  }
  insertTrade(store, { device, stream, market, message, story })
}

/** The trade that a stop or a sale belongs to; null for what was bought before this bot heard of it. */
function tradeOf(context: NotificationContext, { order }: OrderStep): Trade | null {
  const { store, device } = context
  return findTrade(store, { device, stream: order.stream, market: order.market })
}

const SILENT: readonly string[] = ['submitted', 'rejected', 'denied', 'not_placed']

/** Steps of a stop that are not shown; a notice comes if a person is needed. */
function isSilentStop({ status }: OrderStep): boolean {
  return SILENT.includes(status)
}

/** `told`: its end was told before, perhaps in the story of an older purchase. */
function followStep(
  context: NotificationContext,
  trade: Trade,
  step: OrderStep,
  told: 'before' | 'now',
): void {
  const { story } = trade
  const isThere = story.sales.some(({ order }) => order.id === step.order.id)
  if (told === 'before' && !isThere) return
  if (step.order.kind === 'exit') {
    update(context, trade, { ...story, sales: withSale(story, step) })
    return
  }
  if (isSilentStop(step)) return
  const at = step.order.stop ?? step.order.price
  const { firstStop = at } = story
  const sales = isFilled(step) ? withSale(story, step) : story.sales
  update(context, trade, { ...story, stop: step, firstStop, sales })
}

function withSale({ sales }: TradeStory, step: OrderStep): readonly OrderStep[] {
  const at = sales.findIndex(({ order }) => order.id === step.order.id)
  return at < 0 ? [...sales, step] : sales.with(at, step)
}

function update(context: NotificationContext, trade: Trade, story: TradeStory): void {
  const { store, device } = context
  updateTrade(store, { ...trade, story })
  const { entry } = story
  const text = tradeText(story)
  const card = findCard(store, cardId(device, entry.order.id))
  if (card !== null && card.message === trade.message)
    showOnCard(store, card, lines(stepText(entry), text))
  else {
    const html = lines(orderText(entry), text).text
    editMessage(store, trade.message, { html, quiet: true })
  }
}

// The stops of a position that was bought before this bot heard of it share one message.
function notifyStop(context: NotificationContext, step: OrderStep): number | null {
  if (isQuietStop(step)) return notifyQuietStop(context, step)
  if (step.code === 'canceled_elsewhere') return notifyAgain(context, step)
  const older = findByKey(context.store, stopKey(context, step))
  return notifyLoudly(context, step, { older })
}

/** Where it does not ring. */
function isQuietStop(step: OrderStep): boolean {
  const isSold = isFilled(step) && isFinal(step)
  return !isSold && step.status !== 'unknown' && step.code !== 'canceled_elsewhere'
}

function notifyQuietStop(context: NotificationContext, step: OrderStep): number | null {
  const isThere = step.status === 'accepted' || step.status === 'partially_filled'
  const key = stopKey(context, step)
  if (isSilentStop(step) || (!isThere && findByKey(context.store, key) === null)) return null
  const content = { html: stopText(step).text, quiet: true }
  return notifyOwner(context, content, { key, kind: kindOfStep(step) })
}

function stopKey(
  { device }: NotificationContext,
  { order: { stream, market, signal } }: OrderStep,
): string {
  return `stop:${device}/${stream}:${market}:${signal}`
}
