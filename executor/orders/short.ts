// Sales for which the exchange does not have the coins: what is there is counted, and then sold or protected.

import { available } from '../core/available.ts'
import { isZero, minus } from '../core/money.ts'
import { type Order, type Position, positionKey } from '../core/state.ts'
import { record, type Turn } from '../core/turn.ts'
import { isUnsellable } from '../plan/dust.ts'
import { exact } from '../plan/exact.ts'
import { countSoon } from '../reconcile/pace.ts'
import type { TurnedDownCode } from '../venues/codes.ts'
import { clientOrderId } from './client-id.ts'
import { startLeaving } from './leave.ts'
import { freshBid } from './price.ts'

const NO_COINS: TurnedDownCode = 'exchange_funds_insufficient'

export function isForCoins(code: string): boolean {
  return code === NO_COINS
}

/** An exit is made again with what is there: of everything, until it is sold; any other, once. */
export function onCoinsRefused(turn: Turn, order: Order): undefined {
  const { market, type } = order.idea
  countSoon(turn, market)
  const key = positionKey(order)
  const position = turn.book.positions[key]
  // What is being left, and the rungs of a ladder, are tried again anyway.
  if (position === undefined || order.kind !== 'exit' || order.rung !== undefined) return
  if (position.leaving !== null || order.again) return
  if (type === 'market' && isAll(turn, position, order)) startLeaving(turn, key, 'exit')
  else exitAgain(turn, order)
}

/** It waits until the coins are counted: `orders/journey.ts`. */
function exitAgain(turn: Turn, order: Order): undefined {
  const { stream, kind, signal, seq, signedAt, until, reason, timeframe, plan } = order
  const size = { unit: 'base', value: plan?.wire.amount ?? '0' } as const
  const idea = { ...order.idea, size }
  const name = clientOrderId(turn.world.salt, signal, `exit${turn.book.exits}`)
  const seed = { stream, kind, signal, seq, signedAt, until, reason, timeframe, idea }
  record(turn, { type: 'ordered', order: { ...seed, clientOrderId: name, again: true } })
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
