// What an order goes through, each step told once: on its own message, or, where the phone must ring, in a new one.
import type { OrderStatus } from '@keyside/protocol'
import { isFinal, showResult } from '../approvals/result.ts'
import { orderKey } from '../approvals/show.ts'
import { type Card, findCard } from '../store/cards.ts'
import { editMessage, findByKey, putMessage } from '../store/messages.ts'
import { repeatsText } from '../texts/events.ts'
import { lines } from '../texts/html.ts'
import {
  isFilled,
  type OrderStep,
  orderText,
  stepText,
  TOLD_BELOW,
  toldBelowText,
} from '../texts/orders.ts'
import { tellRepeated } from './flood.ts'
import { isQuietStop, stopMessage, tellQuietStop } from './stop-steps.ts'
import type { Telling } from './telling.ts'

/** An edit makes no sound. These do. */
const RINGS: ReadonlySet<OrderStatus> = new Set(['filled', 'turned_down', 'unknown', 'not_placed'])

/** What follows at once says more. */
const ON_THE_WAY: ReadonlySet<OrderStatus> = new Set(['approved', 'sent', 'replaced'])

/** Whoever has pressed a button looks at the card for so long: it tells the outcome, and nothing else does. Seconds. */
const WATCHED_SECONDS = 60

export function tellOrder(telling: Telling, step: OrderStep): void {
  const card = findCard(telling.store, step.order.id)
  if (card !== null) tellOnCard(telling, step, card)
  else if (step.order.kind === 'stop') tellStop(telling, step)
  else tellAlone(telling, step)
  settleDoubt(telling, step)
}

function tellOnCard(telling: Telling, step: OrderStep, card: Card): void {
  const isOutOfSight = card.pressed > 0 && telling.now / 1000 - card.pressed > WATCHED_SECONDS
  const isHere = !isOutOfSight || !rings(step)
  showResult(telling.store, card, {
    status: step.status,
    text: isHere ? stepText(step) : TOLD_BELOW,
    ...(isHere && traceOf(step)),
  })
  if (!isHere) ring(telling, step)
}

/** Without a card: nobody was asked, or nobody is any more. */
function tellAlone(telling: Telling, step: OrderStep): void {
  const { store, owner, now } = telling
  const key = orderKey(step.order.id)
  const older = findByKey(store, key) ?? findByKey(store, doubtKey(step))
  if (older === null && ON_THE_WAY.has(step.status)) return
  if (older === null && isFinal(step.status) && !isFilled(step)) tellAgain(telling, step)
  else if (rings(step)) ring(telling, step, older)
  else {
    const content = { html: orderText(step).text, quiet: true }
    putMessage(store, { key, chat: owner.chat, content }, now)
  }
}

function tellStop(telling: Telling, step: OrderStep): void {
  if (isQuietStop(step)) tellQuietStop(telling, step)
  else if (step.code === 'canceled_elsewhere') tellAgain(telling, step)
  else ring(telling, step, stopMessage(telling, step))
}

/** Nothing came of it, and the next one may end alike: one message with a count. */
function tellAgain(telling: Telling, step: OrderStep): void {
  const { status, code, order } = step
  const key = ['order', status, code, order.stream, order.market, order.kind].join(':')
  const isQuiet = status === 'canceled' || (order.kind === 'entry' && !rings(step))
  tellRepeated(telling, { key, at: telling.now, isQuiet }, (repeats) =>
    lines(orderText(step), repeatsText(repeats)),
  )
}

function rings(step: OrderStep): boolean {
  return RINGS.has(step.status) || (step.status === 'canceled' && isFilled(step))
}

/** The end has a message of its own, and so has a doubt; `older` then points to it. A step reported twice has one. */
function ring({ store, owner, now }: Telling, step: OrderStep, older: number | null = null): void {
  if (older !== null) editMessage(store, older, { html: toldBelowText(step).text, quiet: true })
  const key = step.status === 'unknown' ? doubtKey(step) : endKey(step)
  const content = { html: orderText(step).text }
  putMessage(store, { key, chat: owner.chat, content, ...traceOf(step) }, now)
}

/** A doubt that is over does not stand in the chat as one. */
function settleDoubt({ store }: Telling, step: OrderStep): void {
  const doubt = step.status === 'unknown' ? null : findByKey(store, doubtKey(step))
  if (doubt === null) return
  const isToldBelow = findByKey(store, endKey(step)) !== null
  editMessage(store, doubt, { html: (isToldBelow ? toldBelowText(step) : orderText(step)).text })
}

const doubtKey = ({ order }: OrderStep) => `doubt:${order.id}`
const endKey = ({ order }: OrderStep) => `end:${order.id}`

function traceOf({ status, order }: OrderStep): { trace?: string } {
  return status === 'filled' ? { trace: order.signal } : {}
}
