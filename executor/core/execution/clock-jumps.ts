// A clock that was set back: moments that lie ahead of it would not come for hours, so what a restart may forget is forgotten.
// One that leapt ahead, or a device that slept: nobody could be heard in that time, so nothing is concluded from it.
import { isLive } from '../model/order-table.ts'
import { EMPTY_LIVE } from '../model/state.ts'
import type { Turn } from './context.ts'
import { beginLooks } from './reconcile.ts'

/** A clock that is steered goes back by less. */
const STEERED_MS = 1_000

/** Longer than the longest wait between two turns of a device that is awake. */
const SLEPT_MS = 150_000
/** The same while an order is at the exchange: it is asked about every 15 s at least. */
const SLEPT_BESIDE_ORDER_MS = 30_000

export function noticeClock(turn: Turn): undefined {
  const { now } = turn.world
  const { lastTurn, refusals, alarms } = turn.live
  if (now < lastTurn - STEERED_MS) {
    // Alarms sound at once: a clock that goes back again and again must not put them off.
    const due = Object.fromEntries(Object.keys(alarms).map((id) => [id, now]))
    turn.live = { ...EMPTY_LIVE, alarms: due, refusals: { ...refusals, since: now } }
    beginLooks(turn)
  } else if (lastTurn > 0 && now > lastTurn + longestWait(turn)) {
    turn.live = { ...turn.live, heads: {}, wokeAt: now }
    beginLooks(turn)
  }
  turn.live = { ...turn.live, lastTurn: now }
}

function longestWait({ book }: Turn): number {
  const isAsked = Object.values(book.orders).some(({ state }) => isLive(state))
  return isAsked ? SLEPT_BESIDE_ORDER_MS : SLEPT_MS
}
