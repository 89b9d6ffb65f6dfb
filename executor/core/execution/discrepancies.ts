// The journal against a look at the exchange: external orders, orders that came back, coins that are gone. Pure.

import { type Decimal, toTotal } from '@keyside/protocol'
import Big from 'big.js'
import { sumMoved } from '../model/account.ts'
import { floorTo, minus, plus } from '../model/decimals.ts'
import type { Observation, ObservedOrder } from '../model/observation.ts'
import type { Order } from '../model/order.ts'
import { isWorking } from '../model/order-table.ts'
import { type Position, positionKey } from '../model/position.ts'
import type { Portfolio } from '../model/state.ts'

export interface Discrepancies {
  /** Orders that are not ours, one sighting each. */
  readonly externalOrders: readonly ObservedOrder[]
  /** Trades that may be an order's of which no number is known: `some` have to be looked at again. */
  readonly nameless: 'none' | 'some'
  /** Orders of ours that were over. */
  readonly reappeared: readonly ObservedOrder[]
  readonly coins: 'present' | 'pending' | 'missing'
  /** What there is for the positions, base: without what orders of somebody else hold. */
  readonly there: Decimal
  /** What the positions say, base. */
  readonly held: Decimal
  /** Base that is missing, whatever the outcome of open orders. */
  readonly missing: Decimal
}

/** `sentSince`, Unix ms: an order of unknown outcome that was sent before it explains no trade. */
export function findDiscrepancies(
  portfolio: Portfolio,
  market: string,
  { observed, ...seen }: Observation,
  sentSince = 0,
): Discrepancies {
  const isUndecided = ({ as, order }: ObservedOrder) =>
    as === 'trade' &&
    order === null &&
    ordersOn(portfolio, market).some((one) => isNameless(one) && one.sentAt >= sentSince)
  const held = heldIn(portfolio, baseOf(market))
  const there = minus(seen.exchangeBalance, lockedByOthers(portfolio, baseOf(market), seen.used))
  const gone = new Big(held).minus(there)
  const missing = gone.minus(pendingIn(portfolio, market, observed))
  return {
    externalOrders: once(observed.filter((one) => one.order === null && !isUndecided(one))),
    nameless: observed.some(isUndecided) ? 'some' : 'none',
    reappeared: once(observed.filter((one) => isBack(portfolio, one))),
    coins: gone.lte(0) ? 'present' : missing.lte(0) ? 'pending' : 'missing',
    there,
    held,
    missing: toTotal(atLeastNothing(missing)),
  }
}

// What a second look has to prove, as text that is compared: the number of an order or a trade, or that coins are gone.
const MISSING = 'coins missing of '

/** With the amount: when a position changed between the looks, nothing is proved. */
export function missingCoinsOf({ held }: Pick<Discrepancies, 'held'>): string {
  return `${MISSING}${held}`
}

/** An external order or trade, as opposed to missing coins. */
export function isOfOrder(doubt: string): boolean {
  return !doubt.startsWith(MISSING)
}

export function baseOf(market: string): string {
  return market.slice(0, market.indexOf('/'))
}

/** In every position of that currency, whatever it is traded against. */
function heldIn({ positions }: Portfolio, base: string): Decimal {
  return Object.values(positions)
    .filter(({ market }) => baseOf(market) === base)
    .reduce((sum, { amount }) => plus(sum, amount), '0')
}

/** Base that sales at the exchange hold, or may hold. */
function lockedIn({ orders }: Portfolio, isCounted: (order: Order) => boolean): Big {
  return Object.values(orders)
    .filter((order) => isWorking(order.state) && holdsCoins(order) && isCounted(order))
    .reduce((sum, order) => sum.plus(openRest(order)), new Big(0))
}

/** Base that may still fill: nothing where an exchange lists more than was ordered. */
function openRest({ planned, filled }: Order): Decimal {
  return minus(planned?.request.amount ?? '0', filled)
}

function holdsCoins({ planned }: Order): boolean {
  return planned?.request.side === 'sell' && planned.holds === 'coins'
}

/** The trader's own orders, and coins that are on their way out. */
function lockedByOthers(portfolio: Portfolio, base: string, used: Decimal): Decimal {
  return minus(used, toTotal(lockedIn(portfolio, ({ intent }) => baseOf(intent.market) === base)))
}

/** A trade carries no name of ours: while an order's number is not known, it may be that order's. */
export function isNameless({ state }: Order): boolean {
  return state === 'submitted' || state === 'unknown'
}

function isBack({ orders }: Portfolio, { order }: ObservedOrder): boolean {
  if (order === null) return false
  const state = orders[order]?.state
  return state === undefined || !isWorking(state)
}

/**
 * Base that may be in the positions and not in the balance, or be gone from it already, because an order may fill just now: only
 * an order that is seen resting cannot. Base that a purchase may still bring does not explain missing coins.
 */
function pendingIn(portfolio: Portfolio, market: string, sightings: readonly ObservedOrder[]): Big {
  const resting = new Set(sightings.filter(({ as }) => as === 'open').map(({ order }) => order))
  return Object.values(portfolio.orders)
    .filter(({ state, intent }) => isWorking(state) && baseOf(intent.market) === baseOf(market))
    .filter(({ state, clientOrderId, intent }) => {
      const rests = state === 'accepted' || state === 'partially_filled'
      return !rests || (intent.market === market && !resting.has(clientOrderId))
    })
    .reduce((sum, order) => {
      const isSale = order.planned?.request.side === 'sell'
      return sum.plus(isSale ? openRest(order) : order.filled)
    }, new Big(0))
}

function ordersOn({ orders }: Portfolio, market: string): readonly Order[] {
  return Object.values(orders).filter(({ intent }) => intent.market === market)
}

function once(sightings: readonly ObservedOrder[]): readonly ObservedOrder[] {
  const all = new Map<string, ObservedOrder>()
  for (const one of sightings) {
    const moved = sumMoved(all.get(one.exchangeId)?.moved ?? {}, one.moved ?? {})
    all.set(one.exchangeId, { ...one, ...(Object.keys(moved).length > 0 && { moved }) })
  }
  return [...all.values()]
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
export function allocateMissing(
  portfolio: Portfolio,
  base: string,
  total: Decimal,
  stepOf: StepOf,
): Record<string, Decimal> {
  const shares = Object.entries(portfolio.positions)
    .filter(([, { market }]) => baseOf(market) === base)
    .map((entry) => newShare(portfolio, entry, stepOf))
  const more = new Big(total).minus(sumOf(shares, ({ missing }) => missing))
  if (more.lt(0)) spread(shares, more.abs(), ({ missing }) => missing, 'less')
  else {
    const afterDust = spread(shares, more, dustOf)
    const afterLoose = spread(shares, afterDust, looseOf)
    spread(shares, afterLoose, restOf)
  }
  return Object.fromEntries(shares.map(({ key, missing }) => [key, toTotal(missing)]))
}

function newShare(
  portfolio: Portfolio,
  [key, { amount, missing, market }]: readonly [string, Position],
  stepOf: StepOf,
): Share {
  return {
    key,
    amount: new Big(amount),
    missing: new Big(missing),
    locked: lockedIn(portfolio, (order) => positionKey(order) === key),
    // A market that is gone has no steps: as fine as a decimal of the wire.
    step: new Big(stepOf(market) ?? '0.000000000001'),
  }
}

const restOf = ({ amount, missing }: Share) => amount.minus(missing)
const looseOf = ({ amount, missing, locked }: Share) =>
  atLeastNothing(amount.minus(missing).minus(locked))
/** Less than a step, which nobody could sell. */
const dustOf = (share: Share) => looseOf(share).mod(share.step)

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
