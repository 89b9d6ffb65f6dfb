// What one trade does to its order and to what the stream holds.
import type { Decimal } from '@keyside/protocol'
import type { Fill } from '../exchange/port.ts'
import { moved } from '../orders/table.ts'
import { isZero, minus, plus, times } from './money.ts'
import { type Book, type Fee, type Order, type Position, positionKey } from './state.ts'

/** The same trade twice changes nothing. */
export function applyFill(book: Book, order: Order, trade: Fill): Book {
  if (order.trades.includes(trade.id)) return book
  const filled = {
    ...order,
    state: moved(order.state, 'fill'),
    filled: plus(order.filled, trade.amount),
    cost: plus(order.cost, times(trade.amount, trade.price)),
    fees: trade.fee === undefined ? order.fees : addFee(order.fees, trade.fee),
    trades: [...order.trades, trade.id],
  }
  const orders = { ...book.orders, [order.clientOrderId]: filled }
  return { ...book, orders, positions: withTrade(book.positions, order, trade) }
}

function addFee(fees: readonly Fee[], fee: Fee): readonly Fee[] {
  const known = fees.find(({ currency }) => currency === fee.currency)
  if (known === undefined) return [...fees, fee]
  const others = fees.filter((one) => one !== known)
  return [...others, { currency: fee.currency, amount: plus(known.amount, fee.amount) }]
}

function withTrade(positions: Book['positions'], order: Order, trade: Fill): Book['positions'] {
  const key = positionKey(order)
  const before = positions[key] ?? emptyPosition(order)
  const after = order.kind === 'entry' ? bought(before, order, trade) : sold(before, trade)
  if (!isZero(after.amount)) return { ...positions, [key]: after }
  const { [key]: _, ...others } = positions
  return others
}

function emptyPosition({ stream, idea, seq, signal }: Order): Position {
  return {
    stream,
    market: idea.market,
    amount: '0',
    bought: '0',
    paid: '0',
    seq,
    signal,
    stop: null,
    stops: 0,
    protection: 'wanted',
  }
}

/** A newer entry brings its own stop; without one the older stays, and so it does when an older entry fills late. */
function bought(before: Position, order: Order, trade: Fill): Position {
  const newest = order.seq >= before.seq
  return {
    ...before,
    amount: minus(plus(before.amount, trade.amount), feeInBase(before.market, trade)),
    bought: plus(before.bought, trade.amount),
    paid: plus(before.paid, times(trade.amount, trade.price)),
    seq: newest ? order.seq : before.seq,
    signal: newest ? order.signal : before.signal,
    stop: (newest ? order.idea.stop : null) ?? before.stop,
    stops: newest && order.signal !== before.signal ? 0 : before.stops,
    protection: 'wanted',
  }
}

function sold(before: Position, trade: Fill): Position {
  const gone = plus(trade.amount, feeInBase(before.market, trade))
  return { ...before, amount: minus(before.amount, gone) }
}

function feeInBase(market: string, { fee }: Fill): Decimal {
  return fee !== undefined && market.startsWith(`${fee.currency}/`) ? fee.amount : '0'
}
