// A card from its first showing to its result: its buttons, the time left, what became of its order.
import { type ApprovalNeeded, seconds } from '@keyside/protocol'
import { type Clock, newJti, type RandomBytes } from '@keyside/runtime'
import type { ChartInput } from '../charts/input.ts'
import { APPROVAL_LIFE } from '../device/device.ts'
import {
  type Card,
  cardId,
  findCard,
  findNonces,
  insertCard,
  issueNonces,
  type Note,
  type Outcome,
  openCards,
  setCard,
} from '../store/cards.ts'
import {
  type Content,
  editMessage,
  type NotificationContext,
  notifyOwner,
} from '../store/messages.ts'
import { type Store, transact } from '../store/open.ts'
import { BUTTONS, cardText, noteText, timeLeft, timeUp, unconfirmed } from '../texts/card.ts'
import { type Html, lines } from '../texts/html.ts'
import { orderTitle } from '../texts/orders.ts'

export interface CardDeps {
  readonly store: Store
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  /** Something to send was written. */
  readonly wake: () => void
}

/** How long the device has to confirm an answer, seconds. */
const ECHO_TIMEOUT_SECONDS = 5
/** How long after an order's end its outcome may be on the way, seconds. */
const GRACE_SECONDS = 20
/** An unconfirmed answer is expired after this long, even by a slow clock, seconds. */
const DEAD_SECONDS = APPROVAL_LIFE + 10

/** The key of the message that an order has from its first step to its last. `order` as cardId has it. */
export function orderKey(order: string): string {
  return `order:${order}`
}

/** An order that is over, or has its card already, gets none. */
export function showCard(context: NotificationContext, needed: ApprovalNeeded): void {
  const { store, randomBytes, device, owner, now } = context
  const order = cardId(device, needed.order.id)
  if (needed.expires <= now / 1000 || findCard(store, order) !== null) return
  const content = plainCard(needed, timeLeft(needed.expires, now / 1000))
  const message = notifyOwner(context, content, { key: orderKey(order), kind: 'card' })
  insertCard(store, { order, device, needed, owner, message })
  renewButtons(store, randomBytes, order)
  refresh(store, order, now)
}

function renewButtons(store: Store, randomBytes: RandomBytes, order: string): void {
  issueNonces(store, order, { approve: newJti(randomBytes), decline: newJti(randomBytes) })
}

/** Brings the message of a waiting card up to date. `now` in Unix ms. */
function refresh(store: Store, order: string, now: number): void {
  const card = findCard(store, order)
  if (card?.state !== 'waiting') return
  editMessage(store, card.message, waitingCard(store, card, now / 1000))
}

/** Offers the order anew, with fresh nonces: an answer is sent at most once for each. */
export function reopenCard(deps: CardDeps, order: string, note: Note): void {
  transact(deps.store, () => reopenCardWithin(deps, order, note, deps.clock.now()))
  deps.wake()
}

/** Inside the caller's transaction. `now` in Unix ms. */
export function reopenCardWithin(
  { store, randomBytes }: Pick<CardDeps, 'store' | 'randomBytes'>,
  order: string,
  note: Note,
  now: number,
): void {
  const card = findCard(store, order)
  if (card === null || card.state === 'closed') return
  setCard(store, order, 'waiting', note)
  renewButtons(store, randomBytes, order)
  refresh(store, order, now)
}

/** The order is decided: its buttons go. `trace`: `jti` of the signal whose fill is told. */
export function closeCard(
  store: Store,
  card: Card,
  { became, text, trace }: { became: Outcome; text: Html; trace?: string },
): void {
  setCard(store, card.order, 'closed', became)
  showOnCard(store, card, text, trace)
}

/** What stands on it instead of the time left; it has no buttons then. */
export function showOnCard(
  store: Store,
  { message, needed }: Card,
  text: Html,
  trace?: string,
): void {
  editMessage(store, message, plainCard(needed, text), trace)
}

// As time passes: the time left, its end, and answers that the device has not confirmed.
/** After a restart: an answer that was being sent may be lost, so the trader is asked again. */
export function resumeCards(deps: CardDeps): void {
  for (const { order, state } of openCards(deps.store))
    if (state === 'pressed') reopenCard(deps, order, 'interrupted')
}

/** Call once a second. */
export function tickCards(deps: CardDeps): void {
  for (const card of openCards(deps.store))
    if (card.state === 'waiting') tickWaiting(deps, card)
    else tickAnswered(deps, card)
  deps.wake()
}

function tickWaiting({ store, clock }: CardDeps, card: Card): void {
  if (seconds(clock.now()) < card.needed.expires) refresh(store, card.order, clock.now())
  else closeCard(store, card, { became: 'time_up', text: timeUp })
}

function tickAnswered(deps: CardDeps, card: Card): void {
  const now = seconds(deps.clock.now())
  const { order, needed, pressed } = card
  if (now >= needed.expires + GRACE_SECONDS)
    closeCard(deps.store, card, { became: 'unconfirmed', text: unconfirmed })
  else if (now < needed.expires && now >= pressed + DEAD_SECONDS) reopenCard(deps, order, 'unheard')
  else if (now >= pressed + ECHO_TIMEOUT_SECONDS) showOnCard(deps.store, card, unconfirmed)
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
        [
          { text: BUTTONS.approve, data: offered.approve, style: 'success' },
          { text: BUTTONS.decline, data: offered.decline, style: 'danger' },
        ],
      ],
      pin: true,
    }),
  }
}

/** A card without buttons. */
function plainCard(needed: ApprovalNeeded, state: Html, mark: '?' | '' = ''): Content {
  const chart = chartOf(needed)
  return { html: cardText(needed, state, mark).text, ...(chart && { chart }) }
}

function chartOf({ order, market, stop, timeframe, candles }: ApprovalNeeded): ChartInput | null {
  if (candles.length < 2) return null
  return {
    of: 'order',
    title: `${order.market} · ${orderTitle(order)}`,
    timeframe,
    side: order.side,
    candles,
    limit: order.price,
    market,
    ...(stop !== undefined && { stop }),
  }
}
