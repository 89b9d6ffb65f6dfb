// The journal against a look at the exchange: strangers, orders that came back, coins that are gone. Pure.

import { type Decimal, toDecimal } from '@keyside/protocol'
import Big from 'big.js'
import { atLeast, floorTo, minus, plus } from '../model/decimals.ts'
import type { Seen, Sighting } from '../model/observation.ts'
import { isLive } from '../model/order-table.ts'
import { type Book, type Order, type Position, positionKey } from '../model/state.ts'

export interface Judgement {
  /** Orders that are not ours, one sighting each. */
  readonly strangers: readonly Sighting[]
  /** Trades that may be an order's of which no number is known: `some` have to be looked at again. */
  readonly nameless: 'none' | 'some'
  /** Orders of ours that were over. */
  readonly reappeared: readonly Sighting[]
  readonly coins: 'there' | 'moving' | 'short'
  /** What there is for the positions, base: without what orders of somebody else hold. */
  readonly there: Decimal
  /** What the positions say, base. */
  readonly held: Decimal
}

export function judge(book: Book, market: string, { sightings, ...seen }: Seen): Judgement {
  const held = heldIn(book, baseOf(market))
  const there = minus(seen.there, lockedByOthers(book, baseOf(market), seen.used))
  const enough = atLeast(there, held)
  return {
    strangers: once(sightings.filter((one) => isStranger(book, market, one))),
    nameless: sightings.some((one) => isUndecided(book, market, one)) ? 'some' : 'none',
    reappeared: once(sightings.filter((one) => isBack(book, one))),
    coins: enough ? 'there' : isMoving(book, market, sightings) ? 'moving' : 'short',
    there,
    held,
  }
}

export function baseOf(market: string): string {
  return market.slice(0, market.indexOf('/'))
}

/** In every position of that currency, whatever it is traded against. */
export function heldIn({ positions }: Book, base: string): Decimal {
  return Object.values(positions)
    .filter(({ market }) => baseOf(market) === base)
    .reduce((sum, { amount }) => plus(sum, amount), '0')
}

/** Base that sales at the exchange hold, or may hold. */
export function lockedIn({ orders }: Book, isCounted: (order: Order) => boolean): Big {
  return Object.values(orders)
    .filter((order) => isLive(order.state) && holdsCoins(order) && isCounted(order))
    .reduce((sum, { plan, filled }) => sum.plus(plan?.wire.amount ?? 0).minus(filled), new Big(0))
}

function holdsCoins({ plan }: Order): boolean {
  return plan?.wire.side === 'sell' && plan.holds === 'coins'
}

/** The trader's own orders, and coins that are on their way out. */
function lockedByOthers(book: Book, base: string, used: Decimal): Decimal {
  return minus(used, toDecimal(lockedIn(book, ({ idea }) => baseOf(idea.market) === base)))
}

/** A trade carries no name of ours: while an order's number is not known, it may be that order's. */
function isStranger(book: Book, market: string, { as, order }: Sighting): boolean {
  return order === null && !isUndecided(book, market, { as, order })
}

function isUndecided(book: Book, market: string, { as, order }: Pick<Sighting, 'as' | 'order'>) {
  return as === 'trade' && order === null && ordersOn(book, market).some(isNameless)
}

function isNameless({ state }: Order): boolean {
  return state === 'sending' || state === 'unknown'
}

function isBack({ orders }: Book, { order }: Sighting): boolean {
  if (order === null) return false
  const state = orders[order]?.state
  return state === undefined || !isLive(state)
}

/** Balances are ambiguous while an order may fill: only one that rests, and is seen resting, stands still. */
function isMoving(book: Book, market: string, sightings: readonly Sighting[]): boolean {
  const resting = new Set(sightings.filter(({ as }) => as === 'open').map(({ order }) => order))
  return Object.values(book.orders)
    .filter(({ state, idea }) => isLive(state) && baseOf(idea.market) === baseOf(market))
    .some(({ state, clientOrderId, idea }) => {
      const rests = state === 'accepted' || state === 'part_filled'
      return !rests || (idea.market === market && !resting.has(clientOrderId))
    })
}

function ordersOn({ orders }: Book, market: string): readonly Order[] {
  return Object.values(orders).filter(({ idea }) => idea.market === market)
}

function once(sightings: readonly Sighting[]): readonly Sighting[] {
  return [...new Map(sightings.map((one) => [one.exchangeId, one])).values()]
}

// Which position lacks the coins that are gone: first what no order holds, and where several could, all of them in part. Pure.
/** Undefined where the exchange has the market no more. */
export type StepOf = (market: string) => Decimal | undefined

interface Share {
  readonly key: string
  readonly amount: Big
  /** Under a sale of its own at the exchange: those coins are there, or it would not have been taken. */
  readonly locked: Big
  readonly step: Big
  missing: Big
}

/** By `positionKey`, for each position in that coin. What was found missing stays with the position that lacked it. */
export function shareOut(
  book: Book,
  base: string,
  short: Decimal,
  stepOf: StepOf,
): Record<string, Decimal> {
  const shares = Object.entries(book.positions)
    .filter(([, { market }]) => baseOf(market) === base)
    .map((entry) => newShare(book, entry, stepOf))
  const more = new Big(short).minus(sumOf(shares, ({ missing }) => missing))
  if (more.lt(0)) spread(shares, more.abs(), ({ missing }) => missing, 'less')
  else {
    const afterCrumbs = spread(shares, more, crumbOf)
    const afterLoose = spread(shares, afterCrumbs, looseOf)
    spread(shares, afterLoose, restOf)
  }
  return Object.fromEntries(shares.map(({ key, missing }) => [key, toDecimal(missing)]))
}

function newShare(
  book: Book,
  [key, { amount, missing, market }]: readonly [string, Position],
  stepOf: StepOf,
): Share {
  return {
    key,
    amount: new Big(amount),
    missing: new Big(missing),
    locked: lockedIn(book, (order) => positionKey(order) === key),
    // A market that is gone has no steps: as fine as a decimal of the wire.
    step: new Big(stepOf(market) ?? '0.000000000001'),
  }
}

const restOf = ({ amount, missing }: Share) => amount.minus(missing)
const looseOf = ({ amount, missing, locked }: Share) =>
  atLeastNothing(amount.minus(missing).minus(locked))
/** Less than a step, which nobody could sell. */
const crumbOf = (share: Share) => looseOf(share).mod(share.step)

function atLeastNothing(amount: Big): Big {
  return amount.lt(0) ? new Big(0) : amount
}

/** By the room that each has, in whole steps where there are any; what is left over, in turn. Returns what found no room. */
function spread(
  shares: readonly Share[],
  amount: Big,
  roomOf: (share: Share) => Big,
  to: 'more' | 'less' = 'more',
): Big {
  const rooms = shares.map((share) => ({ share, room: roomOf(share) }))
  const all = sumOf(rooms, ({ room }) => room)
  if (all.eq(0) || amount.eq(0)) return amount
  const spent = amount.gt(all) ? all : amount
  const parts = rooms.map(({ share, room }) => {
    const fair = spent.times(room).div(all).round(12, Big.roundDown)
    return { share, room, part: spent.eq(all) ? room : floorTo(fair, share.step) }
  })
  let left = spent.minus(sumOf(parts, ({ part }) => part))
  for (const { share, room, part } of parts) {
    const free = room.minus(part)
    const extra = left.gt(free) ? free : left
    left = left.minus(extra)
    const change = part.plus(extra)
    share.missing = to === 'more' ? share.missing.plus(change) : share.missing.minus(change)
  }
  return amount.minus(spent)
}

function sumOf<T>(all: readonly T[], of: (one: T) => Big): Big {
  return all.reduce((sum, one) => sum.plus(of(one)), new Big(0))
}
