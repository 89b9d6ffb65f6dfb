// What one trade does to its order and to what the stream holds.
import type { Decimal } from '@keyside/protocol'
import Big from 'big.js'
import { moved } from '../orders/table.ts'
import { decimalAbove } from '../plan/exact.ts'
import type { SignalIdea } from '../plan/plan.ts'
import type { Fill } from './model/exchange.ts'
import { addFee, atLeast, isZero, minus, plus, times } from './money.ts'
import { type Basis, type Book, type Fee, type Order, type Position, positionKey } from './state.ts'

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
