// What policy is asked about an order, from the book and the world.
import { type Decimal, toDecimal } from '@keyside/protocol'
import Big from 'big.js'
import { dayAt, hourAt } from '../model/count.ts'
import type { DecidedEntry } from '../model/counters.ts'
import { minus, plus } from '../model/decimals.ts'
import { isLive } from '../model/order-table.ts'
import { available } from '../model/positions.ts'
import type { SignalIdea } from '../model/state.ts'
import { type Book, type Order, type Plan, type Position, positionKey } from '../model/state.ts'
import type { Question } from '../risk/rules/types.ts'
import type { Turn } from './context.ts'
import { losses } from './loss-limits.ts'
import { comparison } from './reconcile.ts'

export function question(turn: Turn, order: Order, plan: Plan): Question {
  const { book, live, world } = turn
  const { exchange, now } = world
  const { market } = order.idea
  const position = book.positions[positionKey(order)]
  const others = Object.values(book.orders).filter((one) => one !== order)
  return {
    now,
    order: plan.wire,
    kind: order.kind,
    stream: order.stream,
    signal: order.signal,
    signedAt: order.signedAt,
    until: order.until,
    approved: APPROVED[order.approval.by],
    stop: order.idea.stop ?? null,
    live: exchange.live,
    rules: exchange.rules(market),
    quote: exchange.quote(market),
    liquidity: exchange.liquidity(market),
    skewMs: exchange.skewMs,
    headAt: live.heads[order.stream]?.at ?? null,
    used: usedBy(book, others, order.stream, now),
    held: {
      amount: position === undefined ? '0' : available(position),
      stop: position?.stop ?? null,
      cost: costOf(book, others, ({ stream }) => stream === order.stream),
      onMarket: costOf(book, others, (one) => one.market === market),
    },
    usual: book.counters.usual[order.stream] ?? [],
    recent: recentEntries(book, others),
    soldAt: book.counters.markets[market]?.soldAt ?? 0,
    trips: dayAt(book.counters, now).trips[market] ?? 0,
    ownSales: ownSales(others, market),
    otherStops: otherStops(book, order),
    losses: losses(turn),
    unknownOnMarket: unknownAround(book, order),
    comparison: comparison(turn, market),
    trading: book.trading,
  }
}

const APPROVED = { nobody: 'no', tap: 'tapped', code: 'coded' } as const

/** On its market for an entry; for a way out, which sells only what its own stream holds, of that position. */
export function unknownAround(
  book: Book,
  {
    kind,
    ...order
  }: Pick<Order, 'kind' | 'stream'> & { readonly idea: Pick<SignalIdea, 'market'> },
): number {
  const isAround = (one: Order) =>
    kind === 'entry'
      ? one.idea.market === order.idea.market
      : positionKey(one) === positionKey(order)
  return Object.values(book.orders).filter((one) => one.state === 'unknown' && isAround(one)).length
}

function usedBy(book: Book, others: readonly Order[], stream: string, now: number) {
  const { counters } = book
  const reserved = others.filter(isReserved)
  const own = reserved.filter((one) => one.stream === stream)
  return {
    today: usedToday(book, others, now),
    hour: withReserved(hourAt(counters, now), reserved),
    byStream: withReserved(counters.spent[stream] ?? '0', own),
    entriesToday: dayAt(counters, now).entries + reserved.length,
    sentLastMinute: counters.sent,
  }
}

/** Decided today, and what waiting entries have reserved. */
export function usedToday(book: Book, others: readonly Order[], now: number): Decimal {
  return withReserved(dayAt(book.counters, now).value, others.filter(isReserved))
}

function withReserved(decided: Decimal, reserved: readonly Order[]): Decimal {
  return reserved.reduce((sum, one) => plus(sum, reservedBy(one)), decided)
}

function isReserved({ kind, state }: Order): boolean {
  return kind === 'entry' && (state === 'waiting' || state === 'approved')
}

/** One that waits for the trader counts as decided when it came. */
function recentEntries({ counters }: Book, others: readonly Order[]): readonly DecidedEntry[] {
  const waiting = others.filter(isReserved).map(({ signal, idea, plan, at }) => {
    return { signal, market: idea.market, amount: plan?.wire.amount ?? '0', at }
  })
  return [...counters.entries, ...waiting]
}

function ownSales(others: readonly Order[], market: string): readonly Decimal[] {
  return others.flatMap(({ plan, state }) =>
    plan?.wire.market === market &&
    plan.wire.side === 'sell' &&
    plan.wire.type === 'rest' &&
    isLive(state)
      ? [plan.wire.price]
      : [],
  )
}

/** Counted by position: each has one stop at most, and an entry adds to the one of its position. */
function otherStops({ positions, orders }: Book, order: Order): number {
  const { market } = order.idea
  const held = Object.values(positions)
    .filter((one) => one.market === market && one.stop !== null)
    .map(({ stream }) => stream)
  const coming = Object.values(orders)
    .filter(
      ({ kind, state, idea }) =>
        kind === 'entry' &&
        state !== 'received' &&
        idea.market === market &&
        idea.stop !== undefined,
    )
    .map(({ stream }) => stream)
  return new Set([...held, ...coming].filter((stream) => stream !== order.stream)).size
}

type Where = { readonly stream: string; readonly market: string }

function costOf(book: Book, others: readonly Order[], counts: (where: Where) => boolean): Decimal {
  const held = Object.values(book.positions)
    .filter(counts)
    .reduce((sum, position) => plus(sum, costHeld(position)), '0')
  return others
    .filter(({ kind, stream, idea }) => kind === 'entry' && counts({ stream, market: idea.market }))
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
