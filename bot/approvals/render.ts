// A card as it looks now.
import type { ApprovalNeeded } from '@keyside/protocol'
import type { ChartInput } from '../charts/input.ts'
import { type Card, findNonces } from '../store/cards.ts'
import type { Content } from '../store/messages.ts'
import type { Store } from '../store/open.ts'
import { BUTTONS, cardText, noteText, timeLeft } from '../texts/card.ts'
import { type Html, lines } from '../texts/html.ts'
import { orderTitle } from '../texts/orders.ts'

/** `now` in seconds. */
export function waitingCard(store: Store, card: Card, now: number): Content {
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
