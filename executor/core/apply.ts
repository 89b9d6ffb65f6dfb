// The fold: one fact changes the book, and start-up is nothing but this from the first fact to the last.
import { GENESIS } from '@keyside/protocol'
import { isFinal, moved } from '../orders/table.ts'
import { applyFill } from './apply-fill.ts'
import type { Fact, Step } from './fact.ts'
import { plus } from './money.ts'
import { type Book, type Order, positionKey, type Stream } from './state.ts'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
const ENDED_KEPT = 64

/** Throws for a fact that cannot follow: nothing of such a decision may be written. */
export function apply(book: Book, fact: Fact): Book {
  switch (fact.type) {
    case 'baselined':
      return withStream(book, fact.stream, { ...numbers(fact), gap: 'none' })
    case 'signal':
      return withStream(book, fact.stream, {
        ...numbers(fact),
        gap: fact.gap,
        bars: { ...streamOf(book, fact.stream).bars, [fact.kind]: fact.bar },
      })
    case 'head_exit':
      return withStream(book, fact.stream, {
        headExit: { since: fact.since, attempts: fact.attempts },
      })
    case 'ordered':
      return withOrder(book, { ...NEW_ORDER, ...fact.order, at: fact.at })
    case 'planned':
      return withOrder(book, { ...orderIn(book, fact.clientOrderId), plan: fact.plan })
    case 'card': {
      const order = orderIn(book, fact.clientOrderId)
      return withOrder(book, { ...order, approval: { ...order.approval, card: 'sent' } })
    }
    case 'step':
      return applyStep(book, fact)
    case 'fill':
      return applyFill(book, orderIn(book, fact.clientOrderId), fact.trade)
    case 'unprotected':
      return withProtectionFailed(book, fact.position)
    case 'trading':
      return { ...book, trading: fact.state, tradingSince: fact.at }
    case 'asked':
      return { ...book, asked: { ...stillAskable(book, fact.at), [fact.jti]: fact.exp } }
    case 'refused':
      return book
  }
}

const NEW_ORDER = {
  state: 'received',
  plan: null,
  approval: { answer: 'not_asked', tag: '', reason: '', expires: 0, card: 'owed' },
  sentAt: 0,
  exchangeId: '',
  filled: '0',
  cost: '0',
  fees: [],
  trades: [],
  end: null,
} as const

const NEW_STREAM: Stream = {
  seq: 0,
  hash: GENESIS,
  iat: 0,
  gap: 'none',
  bars: { entry: -1, exit: -1 },
  headExit: { since: 0, attempts: 0 },
}

export function streamOf(book: Book, name: string): Stream {
  return book.streams[name] ?? NEW_STREAM
}

export function orderIn(book: Book, clientOrderId: string): Order {
  const order = book.orders[clientOrderId]
  if (order === undefined) throw new Error(`no open order ${clientOrderId}`)
  return order
}

function numbers(fact: { seq: number; hash: string; iat: number }) {
  return { seq: fact.seq, hash: fact.hash, iat: fact.iat }
}

function withStream(book: Book, name: string, change: Partial<Stream>): Book {
  const before = streamOf(book, name)
  // An old signal must stay old.
  if (change.seq !== undefined && change.seq < before.seq)
    throw new Error(`the number of ${name} went from ${before.seq} back to ${change.seq}`)
  return { ...book, streams: { ...book.streams, [name]: { ...before, ...change } } }
}

export function withOrder(book: Book, order: Order): Book {
  return { ...book, orders: { ...book.orders, [order.clientOrderId]: order } }
}

function withProtectionFailed(book: Book, key: string): Book {
  const position = book.positions[key]
  if (position === undefined) return book
  return {
    ...book,
    positions: { ...book.positions, [key]: { ...position, protection: 'failed' } },
  }
}

function applyStep(book: Book, fact: Step & { at: number }): Book {
  const before = orderIn(book, fact.clientOrderId)
  const order = { ...before, state: moved(before.state, fact.event), ...stepChange(before, fact) }
  const counted = fact.event === 'intend' ? countDay(book, order, fact.at) : book
  const sent = fact.event === 'send' ? countSent(counted, fact.at) : counted
  return isFinal(order.state) ? close(sent, order) : withOrder(sent, order)
}

function stepChange(order: Order, fact: Step & { at: number }): Partial<Order> {
  if (fact.approval !== undefined)
    return { approval: { ...order.approval, ...fact.approval, answer: 'open' } }
  if (fact.event === 'approve') return { approval: { ...order.approval, answer: 'given' } }
  if (fact.event === 'send') return { sentAt: fact.at }
  if (fact.exchangeId !== undefined) return { exchangeId: fact.exchangeId }
  if (fact.filled !== undefined) return { end: { filled: fact.filled } }
  return {}
}

function close(book: Book, order: Order): Book {
  const { [order.clientOrderId]: _, ...orders } = book.orders
  const id = order.plan?.id ?? order.clientOrderId
  const ended = [...book.ended, { id, state: order.state }].slice(-ENDED_KEPT)
  return { ...book, orders, ended }
}

/** Counted in full when decided, and not given back: an order that the exchange turns down was a risk taken. */
function countDay(book: Book, order: Order, at: number): Book {
  if (order.kind === 'stop') return withOneMoreStop(book, positionKey(order))
  if (order.kind !== 'entry') return book
  // A clock that is set back opens no new day.
  const number = Math.max(book.day.number, dayNumber(at))
  const before = number === book.day.number ? book.day.value : '0'
  return { ...book, day: { number, value: plus(before, order.plan?.value ?? '0') } }
}

function withOneMoreStop(book: Book, key: string): Book {
  const position = book.positions[key]
  const stops = book.stops + 1
  if (position === undefined) return { ...book, stops }
  const counted = { ...position, stops: position.stops + 1 }
  return { ...book, stops, positions: { ...book.positions, [key]: counted } }
}

function countSent(book: Book, at: number): Book {
  return { ...book, sent: [...book.sent.filter((sent) => at - sent < MINUTE_MS), at] }
}

function stillAskable(book: Book, at: number): Record<string, number> {
  return Object.fromEntries(Object.entries(book.asked).filter(([, exp]) => exp * 1000 > at))
}

/** UTC days since 1970. */
export function dayNumber(at: number): number {
  return Math.floor(at / DAY_MS)
}
