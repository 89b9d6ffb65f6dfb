// Dust: a rest of a position that is too small for any order. It stays the trader's, and the position ends.
import { type Decimal, shownStream, toTotal } from '@keyside/protocol'
import Big from 'big.js'
import { sentenceOf } from '../model/codes.ts'
import { isZero } from '../model/decimals.ts'
import { isPending } from '../model/order-table.ts'
import type { Position } from '../model/position.ts'
import { available, hasOrder } from '../model/positions.ts'
import { cannotBeStopped, isUnsellable } from '../risk/plan/dust.ts'
import { append, type DecisionContext, notice } from './context.ts'

/** Most that dust may have cost, in least order values: a wrong price or market rule must not write off a whole position. */
const MAX_COST = 4

/** True when the position is over. For one about which nothing is ordered. */
export function writeOffDust(
  context: DecisionContext,
  key: string,
  position: Position,
  bid: Decimal | null,
): boolean {
  if (!isTooLittle(context, position, bid)) return false
  const { stream, market, amount } = position
  const cost = costOf(position)
  append(context, { type: 'written_off', position: key, amount, cost })
  if (isRoundingDust(context, position)) return true
  const message = `${sentenceOf('dust_written_off')} (${shownStream(stream)}, ${market}: ${amount}, paid ${cents(cost)})`
  notice(context, { level: 'info', code: 'dust_written_off', message })
  return true
}

/** Less than one step: the rounding rest of every sale is journaled and not reported. */
function isRoundingDust({ environment }: DecisionContext, { market, amount }: Position): boolean {
  const step = environment.exchange.rules(market)?.step
  return step !== undefined && new Big(amount).lt(step)
}

function cents(cost: Decimal): Decimal {
  return toTotal(new Big(cost).round(2, Big.roundUp))
}

/** Nobody can sell it. */
function isTooLittle(
  { environment }: DecisionContext,
  position: Position,
  bid: Decimal | null,
): boolean {
  const rules = environment.exchange.rules(position.market)
  if (rules === null) return false
  const { minValue } = rules
  const isDear = new Big(costOf(position)).gte(new Big(minValue).times(MAX_COST))
  if (isDear && !isZero(minValue)) return false
  const collar = environment.policy.collar.exit
  return isUnsellable(position.amount, { rules, bid, collar })
}

/** It can be sold and no stop for it can be placed: nothing would protect it. For one about which nothing is ordered. */
export function isUnprotectable({ environment }: DecisionContext, position: Position): boolean {
  const { exchange, policy } = environment
  const { stop, market } = position
  const rules = exchange.rules(market)
  if (rules === null || stop === null) return false
  return cannotBeStopped(available(position), { rules, stop, collar: policy.collar.exit })
}

/** Quote paid for what is held. */
function costOf({ cost, amount, baseBought }: Position): Decimal {
  return toTotal(new Big(cost).times(amount).div(baseBought))
}

/** An entry that has not been sent may never be, and an exit that waits could not sell it: they do not block the write-off. */
export function isOrdered(context: DecisionContext, key: string): boolean {
  return hasOrder(context.portfolio, key, ({ state }) => !isPending(state))
}
