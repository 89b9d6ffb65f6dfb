// Stops that rise: behind the highest bid, to the entry price, and to where a signal says. The stop itself remembers how
// far it came.
import { type Decimal, type Signal, toDecimal } from '@keyside/protocol'
import type Big from 'big.js'
import { type ExecutorCode, sentenceOf } from '../model/codes.ts'
import { ceilTo, floorTo, parseDecimal, percentOf, units } from '../model/decimals.ts'
import { type Position, positionKey } from '../model/position.ts'
import { entryPrice } from '../model/positions.ts'
import { WIRE_END } from '../risk/plan/market-limits.ts'
import { append, type DecisionContext, notifyPosition } from './context.ts'

/** A trailing stop rises by at least this much of the price, percent. */
const MIN_RISE = '0.1'

export function moveStop(context: DecisionContext, position: Position, bid: Decimal): undefined {
  const { trailingStop: trails, breakEven } = position.exits
  if (trails === null && breakEven === null) return
  const rules = context.environment.exchange.rules(position.market)
  if (rules === null) return
  const isFar = isFarBelow(position, bid, rules.tick)
  if (isFar && breakEven === null) return
  const tick = parseDecimal(rules.tick)
  const now = parseDecimal(bid)
  const even = evenStop(position, now, tick)
  const trail = isFar ? null : trailingStop(position, now, tick)
  if (even !== null && (trail === null || even.gt(trail)))
    moveStopTo(context, position, even, 'break_even')
  else if (trail !== null) moveStopTo(context, position, trail, 'trailing_stop')
}

/** Rounded up, to the earlier side. */
function evenStop(position: Position, bid: Big, tick: Big): Big | null {
  const { exits, stop } = position
  if (exits.breakEven === null || !hasGained(position, bid, exits.breakEven)) return null
  const average = entryPrice(position)
  if (average === null) return null
  const entry = ceilTo(parseDecimal(average), tick)
  return entry.lt(bid) && (stop === null || entry.gt(parseDecimal(stop))) ? entry : null
}

/** Whether the bid is so many percent above the average entry price. */
function hasGained(position: Position, bid: Big, percent: Decimal): boolean {
  const average = entryPrice(position)
  if (average === null) return false
  const entry = parseDecimal(average)
  return bid.gte(entry.plus(percentOf(entry, parseDecimal(percent))))
}

/** Rounded up, to the nearer side; where that is the bid itself, one step below it. */
function trailingStop(position: Position, bid: Big, tick: Big): Big | null {
  const { exits, stop } = position
  if (exits.trailingStop === null) return null
  const { percent, from } = exits.trailingStop
  if (from !== undefined && !hasGained(position, bid, from)) return null
  const near = ceilTo(bid.minus(percentOf(bid, parseDecimal(percent))), tick)
  const trailing = near.lt(bid) ? near : floorTo(bid.minus(tick), tick)
  if (trailing.lte(0) || stop === null) return trailing.lte(0) ? null : trailing
  return trailing.minus(parseDecimal(stop)).gte(percentOf(bid, parseDecimal(MIN_RISE)))
    ? trailing
    : null
}

/** The fast case, in whole units and rounded so that it never skips a stop that has to move. */
function isFarBelow({ exits, stop }: Position, bid: Decimal, tick: Decimal): boolean {
  if (exits.trailingStop === null || stop === null) return false
  const price = units(bid)
  const highest = price - (price * units(exits.trailingStop.percent)) / HUNDRED + units(tick)
  return highest + 1n - units(stop) < (price * RISE) / HUNDRED
}

const HUNDRED = units('100')
const RISE = units(MIN_RISE)

function moveStopTo(
  context: DecisionContext,
  position: Position,
  to: Big,
  why: 'trailing_stop' | 'break_even' | 'signal',
): undefined {
  const stop = toDecimal(to)
  const { market, stream } = position
  const key = positionKey({ stream, intent: { market } })
  append(context, { type: 'stop_moved', position: key, stop, why })
  notifyPosition(context, position, { level: 'info', code: 'stop_moved', message: `to ${stop}` })
}

// Where a signal says: of what its own stream holds, and never down.
/** `stream` with its provider's name. Why nothing was done, or null. */
export function moveStops(
  context: DecisionContext,
  stream: string,
  { market, seq, stopPrice }: Pick<Signal, 'market' | 'seq' | 'stopPrice'>,
): ExecutorCode | 'no_position' | 'stop_wrong_side' | null {
  const held = Object.values(context.portfolio.positions).filter(
    (position) =>
      position.stream === stream && position.signalMarket === market && position.seq < seq,
  )
  if (held.length === 0 || stopPrice === undefined) return 'no_position'
  let code: 'stop_below' | null = 'stop_below'
  for (const position of held) {
    const to = onOwnMarket(context, position, parseDecimal(stopPrice))
    if (position.stop !== null && to.lte(parseDecimal(position.stop))) continue
    // Above any price, and more than can be said.
    if (to.gte(WIRE_END)) return 'stop_wrong_side'
    moveStopTo(context, position, to, 'signal')
    code = null
  }
  return code
}

/** Also of a signal that moves no stop. */
export function whyRefused(
  code: NonNullable<ReturnType<typeof moveStops>>,
  { market, stopPrice }: Pick<Signal, 'market' | 'stopPrice'>,
): string {
  switch (code) {
    case 'no_position':
      return `the stream holds nothing on ${market}`
    case 'stop_wrong_side':
      return `expected a stop below the price, got ${stopPrice}: the signal does not fit the market`
    default:
      return sentenceOf(code)
  }
}

/** Rounded up, to the earlier side, as the stop that stands at the exchange will be. */
function onOwnMarket(context: DecisionContext, { market, ratio }: Position, stop: Big): Big {
  const own = ratio === null ? stop : stop.times(ratio)
  const rules = context.environment.exchange.rules(market)
  return rules === null ? own : ceilTo(own, parseDecimal(rules.tick))
}
