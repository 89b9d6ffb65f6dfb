// A position that is to be sold, all of it: tried until it is, whatever the exchange says in between.
import { mustTryAgain } from '../core/patience.ts'
import { type LeaveReason, type Order, type Position, positionKey } from '../core/state.ts'
import { record, type Turn } from '../core/turn.ts'
import { isCounting } from '../reconcile/pace.ts'
import { orderExit } from './own-exit.ts'
import { say } from './say.ts'
import { isLive } from './table.ts'

export const LEAVE_WORDS: Readonly<Record<LeaveReason, string>> = {
  stop: 'the price is through the stop',
  hold: 'its longest time in the market is over',
  small: 'what there is of it is too little for a stop',
  flatten: 'you asked for everything to be sold',
  silence: 'its provider has been silent for too long',
  head: 'missed exit, made up for from the head',
  exit: 'its strategy has left, and the exchange had less than all of it',
}

/** The first reason stays: it is sold all the same. */
export function startLeaving(turn: Turn, key: string, why: LeaveReason): undefined {
  const position = turn.book.positions[key]
  if (position === undefined || position.leaving !== null) return
  record(turn, { type: 'leaving', position: key, why })
  say(turn, position, { level: 'warning', code: 'position_leaving', message: LEAVE_WORDS[why] })
}

export function leave(turn: Turn, key: string, position: Position): undefined {
  if (position.leaving === null || isCounting(turn, position.market)) return
  const isGone = turn.world.exchange.rules(position.market)?.status === 'gone'
  if (position.failed.exit.times > 0 || isGone)
    say(turn, position, { level: 'error', code: 'exit_failed' })
  // Every try would be refused, and told. It is looked for every minute, and then sold.
  if (isGone) return
  if (isOnWayOut(turn, key) || !mustTryAgain(position.failed.exit, turn.world.now)) return
  orderExit(turn, position, {
    reason: LEAVE_WORDS[position.leaving],
    size: { unit: 'percent', value: '100' },
  })
}

export function isExiting(turn: Turn, key: string): boolean {
  return Object.values(turn.book.orders).some(
    (order) => order.kind === 'exit' && positionKey(order) === key,
  )
}

/** Other than by a sale that waits for a price of its own: whoever has to get out now takes that one back. */
export function isOnWayOut(turn: Turn, key: string): boolean {
  return Object.values(turn.book.orders).some(
    (order) => order.kind === 'exit' && positionKey(order) === key && !isRestingSale(order),
  )
}

export function isRestingSale({ kind, plan, state }: Order): boolean {
  return kind === 'exit' && plan?.wire.type === 'rest' && isLive(state)
}
