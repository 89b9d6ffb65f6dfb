// The journal against a look at the exchange: strangers, orders that came back, coins that are gone. Pure.
import { type Decimal, toDecimal } from '@keyside/protocol'
import Big from 'big.js'
import { atLeast, minus, plus } from '../core/money.ts'
import type { Book, Order } from '../core/state.ts'
import { isLive } from '../orders/table.ts'
import type { Seen, Sighting } from './seen.ts'

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
    .filter((order) => isLive(order.state) && order.plan?.wire.side === 'sell' && isCounted(order))
    .reduce((sum, { plan, filled }) => sum.plus(plan?.wire.amount ?? 0).minus(filled), new Big(0))
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
