// Looks at every position and its price: is it over, is it to be sold, does its stop rise, is a rung reached.
import type { Decimal } from '@keyside/protocol'
import { without } from '../core/patience.ts'
import type { Position } from '../core/state.ts'
import type { Turn } from '../core/turn.ts'
import { exact } from '../plan/exact.ts'
import { isUnprotectable, writeOffDust } from './dust.ts'
import { takeProfit } from './ladder.ts'
import { leave, startLeaving } from './leave.ts'
import { freshBid, keepPriceFresh } from './price.ts'
import { raiseStop } from './raise.ts'
import { isGone } from './short.ts'
import { stopOf } from './stop-of.ts'

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
