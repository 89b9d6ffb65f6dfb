// The fold: one fact changes the book, and start-up is nothing but this from the first fact to the last.
import { GENESIS } from '@keyside/protocol'
import {
  applyBest,
  applyDayLost,
  applyDayOpened,
  applyTrade,
  countLoss,
  countStep,
  forgetBest,
} from './apply-counters.ts'
import {
  applyExitOver,
  applyIntended,
  applyLeaving,
  applyOrderedExit,
  applyRaised,
  applyStanding,
  applyTrading,
  applyUnprotected,
  applyWrittenOff,
} from './apply-position.ts'
import { applyMissing, close as closeMarket, rebase, reopen } from './apply-reconciliation.ts'
import type { Fact, Step } from './events.ts'
import { isFinal, moved } from './order-table.ts'
import type { Book, Codes, Order, Plan, Stream } from './state.ts'

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
    case 'silence':
      return withStream(book, fact.stream, { silentSince: fact.since })
    case 'ordered': {
      const order = { ...NEW_ORDER, ...fact.order, at: fact.at }
      if (book.orders[order.clientOrderId] !== undefined)
        throw new Error(`there is an open order ${order.clientOrderId} already`)
      return applyOrderedExit(withOrder(book, order), order)
    }
    case 'planned':
      return withOrder(withReplaced(book, fact), {
        ...orderIn(book, fact.clientOrderId),
        plan: fact.plan,
      })
    case 'code':
      return { ...book, codes: withCode(book.codes, fact) }
    case 'card': {
      const order = orderIn(book, fact.clientOrderId)
      return withOrder(book, { ...order, approval: { ...order.approval, card: 'sent' } })
    }
    case 'step':
      return applyStep(book, fact)
    case 'fill':
      return applyTrade(book, orderIn(book, fact.clientOrderId), fact)
    case 'unprotected':
      return applyUnprotected(book, fact)
    case 'leaving':
      return applyLeaving(book, fact)
    case 'raised':
      return applyRaised(book, fact)
    case 'written_off':
      return countLoss(book, applyWrittenOff(book, fact))
    case 'trading':
      return forgetBest(applyTrading(book, fact), fact)
    case 'asked':
      return { ...book, asked: { ...stillAskable(book, fact.at), [fact.jti]: fact.exp } }
    case 'reappeared':
      return closeMarket(book, fact.market, 'reappeared')
    case 'drifted':
      return closeMarket(book, fact.market, 'drift')
    case 'missing':
      return applyMissing(book, fact)
    case 'agreed':
      return reopen(book, fact.market)
    case 'rebased':
      return countLoss(book, rebase(book, fact.positions))
    case 'day_opened':
      return applyDayOpened(book, fact)
    case 'day_lost':
      return applyDayLost(book)
    case 'best':
      return applyBest(book, fact)
    case 'unexpected':
    case 'refused':
      return book
  }
}

/** As many as are taken while the first of them is alive: see `inbox/once.ts`. */
const ASKED_KEPT = 300

const NEW_ORDER = {
  state: 'received',
  plan: null,
  approval: {
    by: 'nobody',
    asks: 0,
    tag: '',
    reason: '',
    expires: 0,
    price: '0',
    was: '0',
    card: 'owed',
  },
  sentAt: 0,
  exchangeId: '',
  filled: '0',
  cost: '0',
  fees: [],
  basis: { paid: '0', fees: [] },
  trades: [],
  end: null,
} as const

const NEW_STREAM: Stream = {
  seq: 0,
  hash: GENESIS,
  iat: 0,
  gap: 'none',
  bars: { entry: -1, exit: -1 },
  silentSince: 0,
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

function applyStep(book: Book, fact: Step & { at: number }): Book {
  const before = orderIn(book, fact.clientOrderId)
  const order = { ...before, state: moved(before.state, fact.event), ...stepChange(before, fact) }
  const counted = countStep(
    fact.event === 'intend' ? applyIntended(book, order) : book,
    order,
    fact,
  )
  if (isFinal(order.state)) return applyExitOver(close(counted, order), order, fact.at)
  const open = withOrder(counted, order)
  return fact.event === 'accept' ? applyStanding(open, order) : open
}

function stepChange(order: Order, fact: Step & { at: number }): Partial<Order> {
  const { asks, price: was } = order.approval
  if (fact.approval !== undefined)
    return { approval: { ...fact.approval, was, by: 'nobody', asks: asks + 1, card: 'owed' } }
  if (fact.event === 'approve') return { approval: { ...order.approval, by: fact.by ?? 'tap' } }
  if (fact.event === 'send') return { sentAt: fact.at }
  if (fact.exchangeId !== undefined) return { exchangeId: fact.exchangeId }
  if (fact.filled !== undefined) return { end: { filled: fact.filled } }
  return {}
}

function close(book: Book, order: Order): Book {
  const { [order.clientOrderId]: _, ...orders } = book.orders
  const id = order.plan?.id ?? order.clientOrderId
  return { ...book, orders, ended: withEnded(book.ended, { id, state: order.state }) }
}

/** The newest are kept when they have expired too: by a clock that is set back they have not. */
function stillAskable(book: Book, at: number): Record<string, number> {
  const all = Object.entries(book.asked)
  const isKept = ([, exp]: [string, number], index: number) =>
    exp * 1000 > at || index >= all.length - ASKED_KEPT
  return Object.fromEntries(all.filter(isKept))
}

// What approvals leave in the book: plans that were replaced, codes that are used up, codes that were wrong.
const HOUR_MS = 3_600_000
const ENDED_KEPT = 64

type Ended = Book['ended']

export function withEnded(ended: Ended, one: Ended[number]): Ended {
  return [...ended, one].slice(-ENDED_KEPT)
}

/** An answer to a plan that was asked about and is no more has to be told from one to an order that never was. */
export function withReplaced(
  book: Book,
  { clientOrderId, plan }: { clientOrderId: string; plan: Plan },
): Book {
  const before = book.orders[clientOrderId]
  if (before === undefined || before.plan === null || before.approval.asks === 0) return book
  if (before.plan.id === plan.id) return book
  return { ...book, ended: withEnded(book.ended, { id: before.plan.id, state: 'replaced' }) }
}

/** A clock that is set back makes no used code new. */
export function withCode(codes: Codes, fact: { step: number | 'wrong'; at: number }): Codes {
  const { step, at } = fact
  if (step !== 'wrong') return { ...codes, usedUpTo: Math.max(codes.usedUpTo, step) }
  return { ...codes, wrong: [...wrongAt(codes, at), at] }
}

/** The wrong ones that still count. */
export function wrongAt({ wrong }: Codes, now: number): readonly number[] {
  return wrong.filter((at) => now - at < HOUR_MS)
}
