// When a position has to be looked at again: each second while a price may change what is to be done about it.
import type { Order, Position, State } from '../core/state.ts'
import { stopOf } from './stop-of.ts'

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
