// An approval card, from its first showing to its result: buttons, time left, outcome of the order.
import { type ApprovalNeeded, type Decimal, seconds } from '@keyside/protocol'
import { type Clock, newJti, type RandomBytes } from '@keyside/runtime'
import Big from 'big.js'
import type { ChartInput } from '../charts/input.ts'
import { APPROVAL_LIFE } from '../device/device.ts'
import {
  type Card,
  type CardButton,
  cardBefore,
  cardId,
  findCard,
  findNonces,
  insertCard,
  issueNonces,
  type Note,
  type Outcome,
  openCards,
  setCard,
  setView,
} from '../store/cards.ts'
import {
  type Button,
  type Content,
  editMessage,
  findByKey,
  type NotificationContext,
  notifyOwner,
  putMessage,
} from '../store/messages.ts'
import { type Store, transact } from '../store/open.ts'
import {
  BUTTONS,
  cardText,
  noteText,
  REMINDED,
  reminderText,
  timeLeft,
  timeUp,
  unconfirmed,
} from '../texts/card.ts'
import { type Html, lines } from '../texts/html.ts'
import { sum } from '../texts/numbers.ts'
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
/** How long after an order expires its outcome may still arrive, seconds. */
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
  // One tap leads back to the card that this one replaces.
  const before = cardBefore(store, device, needed.order.clientOrderId)
  const answers = before === null ? {} : { answers: before.message }
  const message = notifyOwner(context, content, { key: orderKey(order), kind: 'card', ...answers })
  insertCard(store, { order, device, needed, owner, message, shown: now / 1000 })
  renewButtons(store, randomBytes, order)
  refresh(store, order, now)
}

function renewButtons(store: Store, randomBytes: RandomBytes, order: string): void {
  issueNonces(store, order, () => newJti(randomBytes))
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
  setView(store, order, 'order')
  renewButtons(store, randomBytes, order)
  refresh(store, order, now)
}

/** Shows other buttons on a card that stays open. */
export function showCardView(
  { store, clock, wake }: CardDeps,
  order: string,
  view: Card['view'],
): void {
  transact(store, () => {
    setView(store, order, view)
    refresh(store, order, clock.now())
  })
  wake()
}

/** The order is decided: its buttons go. `trace`: `jti` of the signal whose fill is told. */
export function closeCard(
  store: Store,
  card: Card,
  { became, text, trace }: { became: Outcome; text: Html; trace?: string },
): void {
  setCard(store, card.order, 'closed', became)
  endReminder(store, card.order)
  const content = plainCard(card.needed, text)
  // A card that was deleted in the chat is not sent again to say that it is over.
  editMessage(
    store,
    card.message,
    NOTHING_SENT.has(became) ? { ...content, quiet: true } : content,
    trace,
  )
}

const NOTHING_SENT: ReadonlySet<Outcome> = new Set([
  'declined',
  'expired',
  'time_up',
  'replaced',
  'denied',
])

/** What stands on it instead of the time left; it has no buttons then. */
export function showOnCard(store: Store, { message, needed }: Card, text: Html): void {
  editMessage(store, message, plainCard(needed, text))
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
  const now = clock.now()
  if (now / 1000 < card.needed.expires) {
    remind(store, card, now)
    refresh(store, card.order, now)
  } else closeCard(store, card, { became: 'time_up', text: timeUp })
}

// A reminder before the end, where the time to answer is long enough to forget it.
/** A card with less time than this has no reminder, seconds. */
const REMIND_LIFE = 240
/** The reminder comes with a quarter of the time left, and at most this, seconds. */
const REMIND_LEFT = 300

const reminderKey = (order: string) => `reminder:${order}`

/** `now` in Unix ms. */
function remind(
  store: Store,
  { order, device, needed, owner, shown, message }: Card,
  now: number,
): void {
  const life = needed.expires - shown
  const left = needed.expires - now / 1000
  if (life < REMIND_LIFE || left > Math.min(life / 4, REMIND_LEFT)) return
  if (findByKey(store, reminderKey(order)) !== null) return
  const content = { html: reminderText(needed, now / 1000).text }
  const about = { chat: owner.chat, device, answers: message }
  putMessage(store, { key: reminderKey(order), content, kind: 'card', ...about }, now)
}

/** What it says is no longer so. */
function endReminder(store: Store, order: string): void {
  const reminder = findByKey(store, reminderKey(order))
  if (reminder !== null) editMessage(store, reminder, { html: REMINDED.text, quiet: true })
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
    ...(offered && { buttons: ROWS[card.view].map((row) => row.map(button(card, offered))) }),
    pin: true,
  }
}

/** The buttons that decide are in a row of their own. */
const ROWS: { readonly [View in Card['view']]: readonly (readonly CardButton[])[] } = {
  order: [['approve'], ['less', 'why'], ['decline']],
  less: [
    ['half', 'third'],
    ['own', 'back'],
  ],
}

const STYLES: { readonly [Name in CardButton]?: 'success' | 'danger' } = {
  approve: 'success',
  decline: 'danger',
}

/** What the order is divided by. */
export const PARTS = { half: 2, third: 3 } as const

/** The most that the smaller order may cost, quote; cut past 12 places. */
export function partOf(value: Decimal, divisor: 2 | 3): Decimal {
  return new Big(value).div(divisor).round(12, Big.roundDown).toFixed()
}

function button({ needed: { order } }: Card, nonces: Readonly<Record<CardButton, string>>) {
  return (name: CardButton): Button => {
    const isPart = name === 'half' || name === 'third'
    const part = isPart ? `: ${sum(partOf(order.value, PARTS[name]))}` : ''
    const style = STYLES[name]
    return { text: `${BUTTONS[name]}${part}`, data: nonces[name], ...(style && { style }) }
  }
}

/** A card without buttons. */
function plainCard(needed: ApprovalNeeded, state: Html, mark: '?' | '' = ''): Content {
  const chart = chartOf(needed)
  return { html: cardText(needed, state, mark).text, ...(chart && { chart }) }
}

function chartOf({
  order,
  market,
  stop,
  timeframe,
  candles,
  exits,
}: ApprovalNeeded): ChartInput | null {
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
    ...(exits?.takeProfits && { takeProfits: exits.takeProfits.map(({ price }) => price) }),
  }
}
