// Looks at every position and its price: is it over, is it to be sold, does its stop rise, is a rung reached.

import { type Decimal, toDecimal } from '@keyside/protocol'
import Big from 'big.js'
import { mayTryAgain, without } from '../model/backoff.ts'
import { exact, floorTo, percentOf } from '../model/decimals.ts'
import { available, stopOf } from '../model/positions.ts'
import type { Order, Position, State } from '../model/state.ts'
import { isTooLittleToKeep, isUnsellable } from '../risk/plan/dust.ts'
import { isExiting, isGone, leave, orderExit, startLeaving } from './close-position.ts'
import { notice, type Turn } from './context.ts'
import { isUnprotectable, writeOffDust } from './dust.ts'
import { freshBid, keepPriceFresh } from './quotes.ts'
import { raiseStop } from './stops.ts'

/** So long may the bid be below what a stop sells for before the stop has failed. */
const THROUGH_MS = 3_000

/** Called at the end of each turn, like `protectPositions`, which then places what is wanted here. */
export function watchPositions(turn: Turn): undefined {
  turn.live = { ...turn.live, watch: { ...turn.live.watch, lookedAt: turn.world.now } }
  for (const key of Object.keys(turn.book.positions)) look(turn, key)
}

function look(turn: Turn, key: string): undefined {
  const position = turn.book.positions[key]
  if (position === undefined) return
  keepPriceFresh(turn, position.market)
  const bid = freshBid(turn, position.market)
  if (writeOffDust(turn, key, position, bid) || isGone(turn, position)) return
  const why = reasonToLeave(turn, key, position, bid)
  if (why !== null) startLeaving(turn, key, why)
  const now = turn.book.positions[key] ?? position
  if (now.leaving !== null) return leave(turn, key, now)
  if (bid !== null) raiseStop(turn, now, bid)
  takeProfit(turn, key, now, bid)
}

function reasonToLeave(turn: Turn, key: string, position: Position, bid: Decimal | null) {
  if (turn.book.trading === 'halted' && turn.book.onHalt === 'sell') return 'flatten'
  const { until } = position.exits
  if (until !== null && turn.world.now >= until) return 'hold'
  if (isUnprotectable(turn, key, position)) return 'small'
  return isThroughStop(turn, key, position, bid) ? 'stop' : null
}

/** A stop that rests may still sell: it gets its three seconds. One that could only be placed too late does not. */
function isThroughStop(turn: Turn, key: string, { stop }: Position, bid: Decimal | null): boolean {
  if (stop === null || bid === null) return false
  const order = stopOf(turn.book, key)
  if (order === undefined) return exact(bid).lte(exact(stop))
  const isBelow = order.plan !== null && exact(bid).lt(exact(order.plan.wire.price))
  return sinceBelow(turn, order.clientOrderId, isBelow) >= THROUGH_MS
}

/** Nothing is remembered of stops that are over, nor of what may be said again. */
export function forgetWatch(turn: Turn): undefined {
  const { watch } = turn.live
  const kept = <T>(record: Readonly<Record<string, T>>, keep: (key: string, value: T) => boolean) =>
    Object.fromEntries(Object.entries(record).filter(([key, value]) => keep(key, value)))
  const below = kept(watch.below, (id) => turn.book.orders[id] !== undefined)
  const said = kept(watch.said, (_, again) => again > turn.world.now)
  turn.live = { ...turn.live, watch: { ...watch, below, said } }
}

/** How long, ms. */
function sinceBelow(turn: Turn, id: string, isBelow: boolean): number {
  const { watch } = turn.live
  const { now } = turn.world
  const since = watch.below[id] ?? now
  const below = isBelow ? { ...watch.below, [id]: since } : without(watch.below, id)
  turn.live = { ...turn.live, watch: { ...watch, below } }
  return isBelow ? now - since : 0
}

// When a position has to be looked at again: each second while a price may change what is to be done about it.
const LOOK_MS = 1_000

/** Unix ms. */
export function exitsDue({ book, live }: State): readonly number[] {
  const { lookedAt, below } = live.watch
  return Object.entries(book.positions).flatMap(([key, position]) => {
    const { until } = position.exits
    const stop = stopOf(book, key)
    const isBelow = stop !== undefined && below[stop.clientOrderId] !== undefined
    return [
      ...(isBelow || needsPrice(position, stop) ? [lookedAt + LOOK_MS] : []),
      ...(until !== null && position.leaving === null ? [until] : []),
    ]
  })
}

function needsPrice({ leaving, stop, exits, taken }: Position, order: Order | undefined): boolean {
  if (leaving !== null || exits.trail !== null || exits.even !== null) return true
  if (taken < exits.take.length) return true
  return stop !== null && (order === undefined || order.plan?.wire.stop !== stop)
}

// Take-profits: when the bid reaches a rung, that much of the position is sold, and each rung once.
export function takeProfit(
  turn: Turn,
  key: string,
  position: Position,
  bid: Decimal | null,
): undefined {
  const { take } = position.exits
  const reached = bid === null ? 0 : take.filter(({ price }) => exact(price).lte(exact(bid))).length
  if (reached <= position.taken || isExiting(turn, key)) return
  if (!mayTryAgain(position.failed.exit, turn.world.now)) return
  const size = sizeOf(turn, position, reached, bid)
  if (size === null) return
  const { stream, market } = position
  const reason = `take profit ${reached} of ${take.length}`
  orderExit(turn, position, { reason, rung: reached, size })
  notice(turn, { level: 'info', code: 'take_profit', message: `${reason} (${stream}, ${market})` })
}

/** Null while the rungs reached are too little for an order: they are sold with the next one. */
function sizeOf(turn: Turn, position: Position, reached: number, bid: Decimal | null) {
  const rules = turn.world.exchange.rules(position.market)
  if (rules === null) return null
  const { take } = position.exits
  const all = { unit: 'percent', value: '100' } as const
  if (reached === take.length && sum(take).gte(100)) return all
  const share = percentOf(exact(position.whole), sum(take.slice(position.taken, reached)))
  const amount = floorTo(share, exact(rules.step))
  const { exit: collar } = turn.world.policy.collar
  const rest = exact(available(position)).minus(amount)
  const about = { rules, bid, stop: position.stop, collar }
  if (rest.lte(0) || isTooLittleToKeep(toDecimal(rest), about)) return all
  const value = toDecimal(amount)
  return isUnsellable(value, { rules, bid, collar }) ? null : ({ unit: 'base', value } as const)
}

function sum(rungs: Position['exits']['take']): Big {
  return rungs.reduce((percent, rung) => percent.plus(rung.percent), new Big(0))
}
