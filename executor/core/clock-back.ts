// A clock that was set back: moments that lie ahead of it would not come for hours, so what a restart may forget is forgotten.
import { beginLooks } from '../reconcile/compare.ts'
import { EMPTY_LIVE } from './state.ts'
import type { Turn } from './turn.ts'

/** A clock that is steered goes back by less. */
const STEERED_MS = 1_000

export function noticeClock(turn: Turn): undefined {
  const { now } = turn.world
  const { lastTurn, refusals } = turn.live
  if (now < lastTurn - STEERED_MS) {
    turn.live = { ...EMPTY_LIVE, refusals: { ...refusals, since: now } }
    beginLooks(turn)
  }
  turn.live = { ...turn.live, lastTurn: now }
}
