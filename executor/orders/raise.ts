// Stops that rise: behind the highest bid, and to the entry price. The stop itself remembers how far it came.
import { type Decimal, toDecimal } from '@keyside/protocol'
import type Big from 'big.js'
import { ratio } from '../core/money.ts'
import { type Position, positionKey } from '../core/state.ts'
import { record, type Turn } from '../core/turn.ts'
import { ceilTo, exact, floorTo, percentOf } from '../plan/exact.ts'
import { say } from './say.ts'

/** A trailing stop rises by at least this much of the price, percent. */
const LEAST_RISE = '0.1'

export function raiseStop(turn: Turn, position: Position, bid: Decimal): undefined {
  const rules = turn.world.exchange.rules(position.market)
  if (rules === null) return
  const tick = exact(rules.tick)
  const now = exact(bid)
  const even = evenStop(position, now, tick)
  const trail = trailingStop(position, now, tick)
  if (even !== null && (trail === null || even.gt(trail))) raise(turn, position, even, 'even')
  else if (trail !== null) raise(turn, position, trail, 'trail')
}

/** Rounded up, to the earlier side. */
function evenStop({ exits, stop, paid, bought }: Position, bid: Big, tick: Big): Big | null {
  const average = ratio(paid, bought)
  if (exits.even === null || average === null) return null
  const entry = ceilTo(exact(average), tick)
  if (bid.lt(exact(average).plus(percentOf(exact(average), exact(exits.even))))) return null
  return entry.lt(bid) && (stop === null || entry.gt(exact(stop))) ? entry : null
}

/** Rounded up, to the nearer side; where that is the bid itself, one step below it. */
function trailingStop({ exits, stop }: Position, bid: Big, tick: Big): Big | null {
  if (exits.trail === null) return null
  const near = ceilTo(bid.minus(percentOf(bid, exact(exits.trail))), tick)
  const trailing = near.lt(bid) ? near : floorTo(bid.minus(tick), tick)
  if (trailing.lte(0) || stop === null) return trailing.lte(0) ? null : trailing
  return trailing.minus(exact(stop)).gte(percentOf(bid, exact(LEAST_RISE))) ? trailing : null
}

function raise(turn: Turn, position: Position, to: Big, why: 'trail' | 'even'): undefined {
  const stop = toDecimal(to)
  const { market, stream } = position
  const key = positionKey({ stream, idea: { market } })
  record(turn, { type: 'raised', position: key, stop, why })
  say(turn, position, { level: 'info', code: 'stop_raised', message: `to ${stop}` })
}
