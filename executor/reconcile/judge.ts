// The journal against a look at the exchange: strangers, orders that came back, coins that are gone. Pure.
import type { Decimal } from '@keyside/protocol'
import { atLeast, plus } from '../core/money.ts'
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
  /** What the positions say, base. */
  readonly held: Decimal
}

export function judge(book: Book, market: string, { there, sightings }: Seen): Judgement {
  const held = heldIn(book, baseOf(market))
  const enough = atLeast(there, held)
  return {
    strangers: once(sightings.filter((one) => isStranger(book, market, one))),
    nameless: sightings.some((one) => isUndecided(book, market, one)) ? 'some' : 'none',
    reappeared: once(sightings.filter((one) => isBack(book, one))),
    coins: enough ? 'there' : isMoving(book, market, sightings) ? 'moving' : 'short',
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

/** Nobody can count coins while an order may be trading: only one that rests, and is seen resting, stands still. */
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
