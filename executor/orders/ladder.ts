// Take-profits: when the bid reaches a rung, that much of the position is sold, and each rung once.
import { type Decimal, toDecimal } from '@keyside/protocol'
import Big from 'big.js'
import { available } from '../core/available.ts'
import { mayTryAgain } from '../core/patience.ts'
import type { Position } from '../core/state.ts'
import { notice, type Turn } from '../core/turn.ts'
import { isTooLittleToKeep, isUnsellable } from '../plan/dust.ts'
import { exact, floorTo, percentOf } from '../plan/exact.ts'
import { isExiting } from './leave.ts'
import { orderExit } from './own-exit.ts'

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
