// What policy is asked about an order, from the book and the world.
import { type Decimal, toDecimal } from '@keyside/protocol'
import Big from 'big.js'
import { dayNumber } from '../core/apply.ts'
import { minus, plus } from '../core/money.ts'
import { type Book, type Order, type Plan, type Position, positionKey } from '../core/state.ts'
import type { Turn } from '../core/turn.ts'
import type { Question } from '../policy/types.ts'

const MINUTE_MS = 60_000

export function question(turn: Turn, order: Order, plan: Plan): Question {
  const { book, live, world } = turn
  const { exchange, now } = world
  const others = Object.values(book.orders).filter((one) => one !== order)
  return {
    now,
    order: plan.wire,
    kind: order.kind,
    stream: order.stream,
    signedAt: order.signedAt,
    until: order.until,
    approved: order.approval.answer === 'given',
    rules: exchange.rules(order.idea.market),
    quote: exchange.quote(order.idea.market),
    skewMs: exchange.skewMs,
    headAt: live.heads[order.stream]?.at ?? null,
    used: {
      today: usedToday(book, others, now),
      sentLastMinute: book.sent.filter((at) => now - at < MINUTE_MS),
    },
    held: {
      amount: book.positions[positionKey(order)]?.amount ?? '0',
      cost: costOf(book, others, order.stream),
    },
    unknownOnMarket: unknownOn(book, order.idea.market),
    trading: book.trading,
  }
}

export function unknownOn(book: Book, market: string): number {
  return Object.values(book.orders).filter(
    ({ state, idea }) => state === 'unknown' && idea.market === market,
  ).length
}

/** Decided today, and what waiting entries have reserved. */
export function usedToday(book: Book, others: readonly Order[], now: number): Decimal {
  const decided = dayNumber(now) > book.day.number ? '0' : book.day.value
  return others.filter(isReserved).reduce((sum, one) => plus(sum, reservedBy(one)), decided)
}

function isReserved({ kind, state }: Order): boolean {
  return kind === 'entry' && (state === 'waiting' || state === 'approved')
}

function costOf(book: Book, others: readonly Order[], stream: string): Decimal {
  const held = Object.values(book.positions)
    .filter((position) => position.stream === stream)
    .reduce((sum, position) => plus(sum, costHeld(position)), '0')
  return others
    .filter((one) => one.stream === stream && one.kind === 'entry')
    .reduce((sum, one) => plus(sum, minus(reservedBy(one), one.cost)), held)
}

/** What was paid for the part that is still held, rounded up. */
function costHeld({ paid, amount, bought }: Position): Decimal {
  if (new Big(bought).eq(0)) return '0'
  return toDecimal(new Big(paid).times(amount).div(bought).round(12, Big.roundUp))
}

function reservedBy({ plan }: Order): Decimal {
  return plan?.value ?? '0'
}
