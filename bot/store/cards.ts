// Approval cards and the nonces of their buttons.
import type { ApprovalNeeded } from '@keyside/protocol'
import type { NOTES, OUTCOMES } from '../texts/card.ts'
import { type Store, transact } from './open.ts'
import type { Owner } from './owner.ts'

/** `half` and `third` ask for that part of it; the others answer nothing, and count as often as they are pressed. */
const CARD_BUTTONS = ['approve', 'decline', 'less', 'why', 'half', 'third', 'own', 'back'] as const
export type CardButton = (typeof CARD_BUTTONS)[number]
type Nonces = Readonly<Record<CardButton, string>>

/** With these the trader looks, and the card waits on. */
const LOOKS: readonly CardButton[] = ['less', 'why', 'own', 'back']
export type Note = keyof typeof NOTES | 'none'
/** What became of a card's order. */
export type Outcome = keyof typeof OUTCOMES

export interface Card {
  /** By what it is known here: see cardId. */
  readonly order: string
  /** The one device that its answer goes to. */
  readonly device: string
  readonly needed: ApprovalNeeded
  /** waiting → pressed → answered → closed; back to waiting when the answer cannot count any more. */
  readonly state: 'waiting' | 'pressed' | 'answered' | 'closed'
  /** Once closed it says what became of the order. */
  readonly note: Note | Outcome
  readonly owner: Owner
  /** Which of its buttons are shown while it waits. */
  readonly view: 'order' | 'less'
  /** When it was first shown, seconds. */
  readonly shown: number
  /** When a button was last pressed, seconds; 0 for never. */
  readonly pressed: number
  /** Row of the message that shows it. */
  readonly message: number
}

export interface ButtonCallback {
  readonly data: string
  readonly user: number
  readonly chat: number
  /** Telegram's number of the message whose button was pressed. */
  readonly message: number
  /** Seconds. */
  readonly now: number
}

export type CallbackOutcome =
  | { readonly outcome: 'taken'; readonly order: string; readonly answer: CardButton }
  | { readonly outcome: 'unknown' | 'used' | 'late' }
  | { readonly outcome: 'closed'; readonly became: Card['note'] }

/** What one device says of an order never meets an order of another, whatever its id. */
export function cardId(device: string, order: string): string {
  return `${device}/${order}`
}

export function insertCard(
  store: Store,
  card: Omit<Card, 'state' | 'note' | 'pressed' | 'view'>,
): void {
  const { order, device, needed, owner, message, shown } = card
  store
    .prepare(
      "INSERT INTO card (order_id, device, needed, state, note, user, chat, shown, expires, pressed, message) VALUES (?, ?, ?, 'waiting', 'none', ?, ?, ?, ?, 0, ?)",
    )
    .run(
      order,
      device,
      JSON.stringify(needed),
      owner.user,
      owner.chat,
      shown,
      needed.expires,
      message,
    )
}

/** New nonces for all buttons; older ones of this order no longer count. */
export function issueNonces(store: Store, order: string, nonce: () => string): void {
  store.prepare('UPDATE button_nonce SET used = 1 WHERE order_id = ?').run(order)
  const insert = store.prepare('INSERT INTO button_nonce VALUES (?, ?, ?, 0)')
  for (const button of CARD_BUTTONS) insert.run(nonce(), order, button)
}

export function findNonces(store: Store, order: string): Nonces | null {
  const rows = store
    .prepare('SELECT answer, nonce FROM button_nonce WHERE order_id = ? AND used = 0')
    .all(order)
  if (rows.length < CARD_BUTTONS.length) return null
  return Object.fromEntries(rows.map(({ answer, nonce }) => [answer, nonce])) as Nonces
}

export function setView(store: Store, order: string, view: Card['view']): void {
  store.prepare('UPDATE card SET view = ? WHERE order_id = ?').run(view, order)
}

const MEANT = `nonce = ? AND used = 0 AND order_id IN (
  SELECT card.order_id FROM card JOIN message ON message.id = card.message
  WHERE card.state = 'waiting' AND card.expires > ? AND card.user = ? AND card.chat = ? AND message.telegram = ?)`
const LOOK = `SELECT order_id, answer FROM button_nonce WHERE ${MEANT}`
const TAKE = `UPDATE button_nonce SET used = 1 WHERE ${MEANT} RETURNING order_id, answer`

/** One statement decides, so that only one of two callbacks is taken. */
export function takeCallback(store: Store, press: ButtonCallback): CallbackOutcome {
  return transact(store, () => {
    const { data, now, user, chat, message } = press
    const about = [data, now, user, chat, message]
    const looked = store.prepare(LOOK).get(...about)
    const isLook = LOOKS.includes(String(looked?.['answer']) as CardButton)
    const row = isLook ? looked : store.prepare(TAKE).get(...about)
    if (row === undefined) return refusalOf(store, press)
    const order = String(row['order_id'])
    const answer = String(row['answer']) as CardButton
    if (isLook) return { outcome: 'taken', order, answer }
    store.prepare('UPDATE button_nonce SET used = 1 WHERE order_id = ?').run(order)
    setCard(store, order, 'pressed', 'none')
    store.prepare('UPDATE card SET pressed = ? WHERE order_id = ?').run(now, order)
    return { outcome: 'taken', order, answer }
  })
}

/** Tells apart late and repeated callbacks of the owner; everything else is unknown. */
function refusalOf(
  store: Store,
  press: ButtonCallback,
): Exclude<CallbackOutcome, { outcome: 'taken' }> {
  const row = store
    .prepare(
      'SELECT card.state, card.note, card.expires FROM button_nonce JOIN card USING (order_id) WHERE nonce = ? AND user = ? AND chat = ?',
    )
    .get(press.data, press.user, press.chat)
  if (row === undefined) return { outcome: 'unknown' }
  if (row['state'] === 'pressed' || row['state'] === 'answered') return { outcome: 'used' }
  if (row['state'] === 'closed') return { outcome: 'closed', became: row['note'] as Card['note'] }
  return { outcome: Number(row['expires']) <= press.now ? 'late' : 'unknown' }
}

/** The code counts like a press: false when the card is no longer open. `now` in seconds. */
export function takeCard(store: Store, order: string, now: number): boolean {
  return transact(store, () => {
    const taken = store
      .prepare(
        "UPDATE card SET state = 'pressed', note = 'none', pressed = ?1 WHERE order_id = ?2 AND state = 'waiting' AND expires > ?1",
      )
      .run(now, order)
    store.prepare('UPDATE button_nonce SET used = 1 WHERE order_id = ?').run(order)
    return taken.changes === 1
  })
}

/** The device requires a code that the card did not mention: the policy has changed since. */
export function markCodeNeeded(store: Store, order: string): void {
  store
    .prepare("UPDATE card SET needed = json_set(needed, '$.code', 'needed') WHERE order_id = ?")
    .run(order)
}

export function setCard(
  store: Store,
  order: string,
  state: Card['state'],
  note: Card['note'],
): void {
  store.prepare('UPDATE card SET state = ?, note = ? WHERE order_id = ?').run(state, note, order)
}

export function findCard(store: Store, order: string): Card | null {
  const row = store.prepare('SELECT * FROM card WHERE order_id = ?').get(order)
  return row === undefined ? null : readCard(row)
}

export function openCards(store: Store): Card[] {
  return store.prepare("SELECT * FROM card WHERE state <> 'closed'").all().map(readCard)
}

function readCard(row: Record<string, unknown>): Card {
  return {
    order: String(row['order_id']),
    device: String(row['device']),
    needed: JSON.parse(String(row['needed'])) as ApprovalNeeded,
    state: row['state'] as Card['state'],
    note: row['note'] as Card['note'],
    owner: { user: Number(row['user']), chat: Number(row['chat']) },
    view: row['view'] === 'less' ? 'less' : 'order',
    shown: Number(row['shown']),
    pressed: Number(row['pressed']),
    message: Number(row['message']),
  }
}

/** Card of the same idea that was asked about before; null for none. */
export function cardBefore(store: Store, device: string, clientOrderId: string): Card | null {
  const row = store
    .prepare(
      "SELECT * FROM card WHERE device = ? AND needed ->> '$.order.clientOrderId' = ? ORDER BY shown DESC, rowid DESC LIMIT 1",
    )
    .get(device, clientOrderId)
  return row === undefined ? null : readCard(row)
}
