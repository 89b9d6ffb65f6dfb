// The one message of a trade, brought up to date with each step of its purchase, its stop and its sales.
import { showOnCard } from '../approvals/card.ts'
import { cardId, findCard } from '../store/cards.ts'
import { editMessage, type NotificationContext } from '../store/messages.ts'
import { findTrade, insertTrade, type Trade, updateTrade } from '../store/trades.ts'
import { lines } from '../texts/html.ts'
import { isFilled, type OrderStep, orderText, stepText } from '../texts/orders.ts'
import { heldOf, isOver, type TradeStory, tradeText } from '../texts/trade.ts'

/** A purchase, which `message` tells of: from now on that message is the trade's. */
export function followPurchase(
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
export function tradeOf(context: NotificationContext, { order }: OrderStep): Trade | null {
  const { store, device } = context
  return findTrade(store, { device, stream: order.stream, market: order.market })
}

const SILENT: readonly string[] = ['submitted', 'rejected', 'denied', 'not_placed']

/** It tells nothing of a stop that stands: a notice does, if a person is needed. */
export function isSilentStop({ status }: OrderStep): boolean {
  return SILENT.includes(status)
}

/** `told`: its end was told before, perhaps in the story of an older purchase. */
export function followStep(
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
