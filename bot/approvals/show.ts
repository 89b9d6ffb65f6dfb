// Shows a card: its nonces are stored before anybody can see it.
import type { ApprovalNeeded } from '@keyside/protocol'
import { newJti, type RandomBytes } from '@keyside/runtime'
import type { ChartInput } from '../charts/input.ts'
import { type Card, cardId, findCard, findNonces, insertCard, issueNonces } from '../store/cards.ts'
import { type Content, editMessage, putMessage } from '../store/messages.ts'
import type { NotificationContext } from '../store/notification-context.ts'
import type { Store } from '../store/open.ts'
import { BUTTONS, cardText, noteText, timeLeft } from '../texts/card.ts'
import { type Html, lines } from '../texts/html.ts'
import { orderTitle } from '../texts/orders.ts'

/** The key of the message that an order has from its first step to its last. `order` as cardId has it. */
export function orderKey(order: string): string {
  return `order:${order}`
}

/** An order that is over, or has its card already, gets none. */
export function showCard(
  { store, randomBytes, device, owner, now }: NotificationContext,
  needed: ApprovalNeeded,
): void {
  const order = cardId(device, needed.order.id)
  if (needed.expires <= now / 1000 || findCard(store, order) !== null) return
  const content = plainCard(needed, timeLeft(needed.expires, now / 1000))
  const message = putMessage(
    store,
    { key: orderKey(order), chat: owner.chat, device, content },
    now,
  )
  insertCard(store, { order, device, needed, owner, message })
  renewButtons(store, randomBytes, order)
  refresh(store, order, now)
}

export function renewButtons(store: Store, randomBytes: RandomBytes, order: string): void {
  issueNonces(store, order, { approve: newJti(randomBytes), decline: newJti(randomBytes) })
}

/** Brings the message of a waiting card up to date. `now` in Unix ms. */
export function refresh(store: Store, order: string, now: number): void {
  const card = findCard(store, order)
  if (card?.state !== 'waiting') return
  editMessage(store, card.message, waitingCard(store, card, now / 1000))
}

// A card as it looks now.
/** `now` in seconds. */
function waitingCard(store: Store, card: Card, now: number): Content {
  const offered = findNonces(store, card.order)
  const state = lines(timeLeft(card.needed.expires, now), noteText(card.note))
  return {
    ...plainCard(card.needed, state, '?'),
    ...(offered && {
      buttons: [
        { text: BUTTONS.approve, data: offered.approve },
        { text: BUTTONS.decline, data: offered.decline },
      ],
    }),
  }
}

/** A card without buttons. */
export function plainCard(needed: ApprovalNeeded, state: Html, mark: '?' | '' = ''): Content {
  const chart = chartOf(needed)
  return { html: cardText(needed, state, mark).text, ...(chart && { chart }) }
}

function chartOf({ order, market, stop, timeframe, candles }: ApprovalNeeded): ChartInput | null {
  if (candles.length < 2) return null
  return {
    title: `${order.market} · ${orderTitle(order)}`,
    timeframe,
    side: order.side,
    candles,
    limit: order.price,
    market,
    ...(stop !== undefined && { stop }),
  }
}
