// What one trade does to its order and to what the stream holds.

import type { Decimal } from '@keyside/protocol'
import Big from 'big.js'
import { addFee, atLeast, decimalAbove, isZero, minus, plus, times } from './decimals.ts'
import type { FactOf } from './events.ts'
import type { Fee, Fill } from './exchange.ts'
import { moved } from './order-table.ts'
import type { SignalIdea } from './state.ts'
import {
  type Basis,
  type Book,
  type Failures,
  type Order,
  type Position,
  positionKey,
} from './state.ts'

/** The same trade twice changes nothing. */
export function applyFill(book: Book, order: Order, trade: Fill, at: number): Book {
  if (order.trades.includes(trade.id)) return book
  const key = positionKey(order)
  const held = book.positions[key]
  const positions = withTrade(book.positions, order, trade, at)
  const filled = {
    ...order,
    state: moved(order.state, 'fill'),
    filled: plus(order.filled, trade.amount),
    cost: plus(order.cost, times(trade.amount, trade.price)),
    fees: trade.fee === undefined ? order.fees : addFee(order.fees, trade.fee),
    basis:
      order.kind === 'entry' || held === undefined
        ? order.basis
        : withGone(order.basis, held, positions[key]),
    trades: [...order.trades, trade.id],
  }
  return { ...book, orders: { ...book.orders, [order.clientOrderId]: filled }, positions }
}

/** What a sale has taken along of what was paid. */
function withGone({ paid, fees }: Basis, before: Basis, after: Basis | undefined): Basis {
  const left = (currency: string) =>
    after?.fees.find((fee) => fee.currency === currency)?.amount ?? '0'
  return {
    paid: plus(paid, minus(before.paid, after?.paid ?? '0')),
    fees: before.fees.reduce(
      (sum, { amount, currency }) =>
        addFee(sum, { currency, amount: minus(amount, left(currency)) }),
      fees,
    ),
  }
}

function withTrade(
  positions: Book['positions'],
  order: Order,
  trade: Fill,
  at: number,
): Book['positions'] {
  const key = positionKey(order)
  const before = positions[key] ?? emptyPosition(order, at)
  const after = order.kind === 'entry' ? bought(before, order, trade, at) : sold(before, trade)
  if (!isZero(after.amount)) return { ...positions, [key]: after }
  const { [key]: _, ...others } = positions
  return others
}

function emptyPosition({ stream, idea, seq, signal }: Order, at: number): Position {
  return {
    stream,
    market: idea.market,
    amount: '0',
    missing: '0',
    bought: '0',
    paid: '0',
    fees: [],
    seq,
    signal,
    stop: null,
    stops: 0,
    whole: '0',
    ...newPlan(idea, at),
  }
}

/** How a position is left, from the entry that brings it: nothing of it has been tried yet. */
function newPlan({ take = [], trail, even, hold }: SignalIdea, at: number) {
  const none = { times: 0, at: 0 }
  return {
    exits: {
      take: take.toSorted((a, b) => new Big(a.price).cmp(b.price)),
      trail: trail ?? null,
      even: even ?? null,
      until: hold === undefined ? null : at + hold * 1000,
    },
    taken: 0,
    leaving: null,
    failed: { exit: none, stop: none },
  }
}

/**
 * A newer entry brings its own way out, which stays when an older entry fills late. Of their stops the highest counts.
 */
function bought(before: Position, order: Order, trade: Fill, at: number): Position {
  const newest = order.seq >= before.seq
  const newer = newest && order.signal !== before.signal
  const net = minus(trade.amount, feeInBase(before.market, trade))
  return {
    ...before,
    ...(newer && newPlan(order.idea, at)),
    amount: plus(before.amount, net),
    whole: plus(newer ? before.amount : before.whole, net),
    bought: plus(before.bought, trade.amount),
    paid: plus(before.paid, times(trade.amount, trade.price)),
    fees: feeElsewhere(before, trade).reduce(addFee, before.fees),
    seq: newest ? order.seq : before.seq,
    signal: newest ? order.signal : before.signal,
    // Never lowered: what was bought under the higher stop was allowed because of it.
    stop: higher(order.idea.stop ?? null, before.stop),
    stops: 0,
  }
}

function higher(a: Decimal | null, b: Decimal | null): Decimal | null {
  if (a === null || b === null) return a ?? b
  return new Big(a).gt(b) ? a : b
}

/** What was sold takes its cost along: the rest counts in the limits, and in its entry price, as what was paid for it. */
function sold(before: Position, trade: Fill): Position {
  const gone = plus(trade.amount, feeInBase(before.market, trade))
  const amount = minus(before.amount, gone)
  // What was sold was there.
  const missing = atLeast(amount, before.missing) ? before.missing : amount
  if (isZero(before.amount)) return { ...before, amount, missing, stops: 0 }
  const left = (whole: Decimal) => decimalAbove(new Big(whole).times(amount).div(before.amount))
  return {
    ...before,
    amount,
    missing,
    bought: left(before.bought),
    paid: left(before.paid),
    fees: before.fees.map((fee) => ({ ...fee, amount: left(fee.amount) })),
    stops: 0,
  }
}

function feeInBase(market: string, { fee }: Fill): Decimal {
  return fee !== undefined && market.startsWith(`${fee.currency}/`) ? fee.amount : '0'
}

function feeElsewhere({ market }: Position, { fee }: Fill): readonly Fee[] {
  return fee === undefined || market.startsWith(`${fee.currency}/`) ? [] : [fee]
}

// What facts about getting out do to a position: leaving, raised stops, rungs, failures, and what is written off.
/** Every exit has a name of its own. */
export function applyOrderedExit(book: Book, { kind }: Order): Book {
  return kind === 'exit' ? { ...book, exits: book.exits + 1 } : book
}

export function applyLeaving(book: Book, { position, why }: FactOf<'leaving'>): Book {
  return withPosition(book, position, () => ({ leaving: why }))
}

export function applyRaised(book: Book, { position, stop }: FactOf<'raised'>): Book {
  return withPosition(book, position, () => ({ stop, stops: 0 }))
}

export function applyWrittenOff(book: Book, { position }: FactOf<'written_off'>): Book {
  const { [position]: _, ...positions } = book.positions
  return { ...book, positions }
}

/** Every stop has a name of its own. */
export function applyIntended(book: Book, order: Order): Book {
  return order.kind === 'stop' ? { ...book, stops: book.stops + 1 } : book
}

export function applyUnprotected(book: Book, { position, at }: FactOf<'unprotected'>): Book {
  return withPosition(book, position, ({ failed }) => ({
    failed: { ...failed, stop: oneMore(failed.stop, at) },
  }))
}

/** A stop that stands ends the row of those that failed. */
export function applyStanding(book: Book, order: Order): Book {
  if (order.kind !== 'stop') return book
  return withPosition(book, positionKey(order), ({ failed, stops }) => ({
    stops: stops + 1,
    failed: { ...failed, stop: { ...failed.stop, times: 0 } },
  }))
}

/** An exit is over. Its rungs are done when it sold anything; until then it stands in the book, and no other is made. */
export function applyExitOver(book: Book, order: Order, at: number): Book {
  if (order.kind !== 'exit') return book
  const { state, filled, rung, signal } = order
  const nothing = isZero(filled)
  return withPosition(book, positionKey(order), ({ failed, taken, ...position }) => ({
    stops: 0,
    // A newer entry has brought a ladder of its own.
    taken: !nothing && rung !== undefined && signal === position.signal ? rung : taken,
    failed: {
      ...failed,
      exit:
        state === 'filled'
          ? { times: 0, at: 0 }
          : oneMore(nothing ? failed.exit : { times: 0, at }, at),
    },
  }))
}

/** A halt that sells is undone with the halt. */
export function applyTrading(book: Book, { state, positions, at }: FactOf<'trading'>): Book {
  const trading = { ...book, trading: state, tradingSince: at }
  if (state === 'halted')
    return { ...trading, onHalt: positions ?? (book.trading === 'halted' ? book.onHalt : 'keep') }
  const kept = Object.entries(book.positions).map(([key, position]) => [
    key,
    position.leaving === 'flatten' ? { ...position, leaving: null } : position,
  ])
  return { ...trading, onHalt: 'keep', positions: Object.fromEntries(kept) }
}

function oneMore({ times }: Failures, at: number): Failures {
  return { times: times + 1, at }
}

function withPosition(
  book: Book,
  key: string,
  change: (position: Position) => Partial<Position>,
): Book {
  const position = book.positions[key]
  if (position === undefined) return book
  const positions = { ...book.positions, [key]: { ...position, ...change(position) } }
  return { ...book, positions }
}
