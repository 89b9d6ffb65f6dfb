// Sales for which the exchange does not have the coins: what is there is counted, and then sold or protected.

import { available } from '../core/available.ts'
import { isZero, minus } from '../core/money.ts'
import { type Order, type Position, positionKey } from '../core/state.ts'
import type { Turn } from '../core/turn.ts'
import type { TurnedDownCode } from '../exchange/codes.ts'
import { isUnsellable } from '../plan/dust.ts'
import { exact } from '../plan/exact.ts'
import { countSoon } from '../reconcile/pace.ts'
import { startLeaving } from './leave.ts'
import { freshBid } from './price.ts'

const NO_COINS: TurnedDownCode = 'exchange_funds_insufficient'

export function isForCoins(code: string): boolean {
  return code === NO_COINS
}

/** An exit that wanted everything is tried again, with what is there. */
export function onCoinsRefused(turn: Turn, order: Order): undefined {
  const { market, type } = order.idea
  countSoon(turn, market)
  const key = positionKey(order)
  const position = turn.book.positions[key]
  if (position === undefined || order.kind !== 'exit' || type !== 'market') return
  if (order.rung === undefined && isAll(turn, position, order)) startLeaving(turn, key, 'exit')
}

function isAll({ world }: Turn, position: Position, { plan }: Order): boolean {
  const rest = minus(available(position), plan?.wire.amount ?? '0')
  const step = world.exchange.rules(position.market)?.step ?? '0'
  return exact(rest).lt(exact(step)) || isZero(rest)
}

/** Of what is missing nothing can be sold and nothing protected: it waits until it is back. */
export function isGone(turn: Turn, position: Position): boolean {
  const { market, missing } = position
  const rules = turn.world.exchange.rules(market)
  if (isZero(missing) || rules === null) return false
  const about = { rules, bid: freshBid(turn, market), collar: turn.world.policy.collar.exit }
  return isUnsellable(available(position), about)
}
