// Looks at every position and its price: is it closed, is it to be sold, does its stop move up, is a take-profit level reached.

import { type Decimal, shownStream, toTotal } from '@keyside/protocol'
import Big from 'big.js'
import { kept, mayRetry, without } from '../model/backoff.ts'
import { floorTo, parseDecimal, percentOf, units } from '../model/decimals.ts'
import type { Order } from '../model/order.ts'
import type { Position } from '../model/position.ts'
import { available, stopOf } from '../model/positions.ts'
import type { State } from '../model/state.ts'
import { isTooLittleToKeep, isUnsellable } from '../risk/plan/dust.ts'
import {
  closePosition,
  isExiting,
  isGone,
  orderDeviceExit,
  startClosing,
} from './close-position.ts'
import { type DecisionContext, notice, trueTime } from './context.ts'
import { moveStop } from './moved-stops.ts'
import { freshBid, keepPriceFresh } from './quotes.ts'
import { isOrdered, isUnprotectable, writeOffDust } from './write-off-dust.ts'

/** So long may the bid be below what a stop sells for before the stop has failed. */
const THROUGH_MS = 3_000

/** Called at the end of each decision, like `protectPositions`, which then places what is wanted here. */
export function watchPositions(context: DecisionContext): undefined {
  context.session = {
    ...context.session,
    priceWatch: { ...context.session.priceWatch, evaluatedAt: context.environment.now },
  }
  for (const key of Object.keys(context.portfolio.positions)) look(context, key)
}

function look(context: DecisionContext, key: string): undefined {
  const position = context.portfolio.positions[key]
  if (position === undefined) return
  keepPriceFresh(context, position.market)
  const bid = freshBid(context, position.market)
  const ordered = isOrdered(context, key)
  if ((!ordered && writeOffDust(context, key, position, bid)) || isGone(context, position)) return
  const why = reasonToLeave(context, key, { position, bid, ordered })
  if (why !== null) startClosing(context, key, why)
  const now = context.portfolio.positions[key] ?? position
  if (now.closing !== null) return closePosition(context, key, now)
  if (bid !== null) moveStop(context, now, bid)
  takeProfit(context, key, now, bid)
}

function reasonToLeave(
  context: DecisionContext,
  key: string,
  { position, bid, ordered }: { position: Position; bid: Decimal | null; ordered: boolean },
) {
  if (context.portfolio.trading === 'halted' && context.portfolio.onHalt === 'sell')
    return 'flatten'
  const { maxHoldUntil } = position.exits
  if (maxHoldUntil !== null && (trueTime(context) ?? 0) >= maxHoldUntil) return 'hold'
  if (!ordered && isUnprotectable(context, position)) return 'small'
  return isThroughStop(context, key, position, bid) ? 'stop' : null
}

/** A stop that rests may still sell: it gets its three seconds. One that could only be placed too late does not. */
function isThroughStop(
  context: DecisionContext,
  key: string,
  { stop }: Position,
  bid: Decimal | null,
): boolean {
  if (stop === null || bid === null) return false
  const order = stopOf(context.portfolio, key)
  const isReached = parseDecimal(bid).lte(parseDecimal(stop))
  if (order === undefined || (isReached && waitsLower(order, stop))) return isReached
  const isBelow = order.planned !== null && units(bid) < units(order.planned.request.price)
  return sinceBelow(context, order.clientOrderId, isBelow) >= THROUGH_MS
}

/** It stands where the stop was before it moved up. */
function waitsLower({ planned }: Order, stop: Decimal): boolean {
  const trigger = planned?.request.triggerPrice
  return trigger !== undefined && parseDecimal(trigger).lt(parseDecimal(stop))
}

/** Nothing is remembered of stops that are over, nor of what may be said again. */
export function forgetWatch(context: DecisionContext): undefined {
  const { priceWatch } = context.session
  const below = kept(priceWatch.below, (id) => id in context.portfolio.orders)
  const said = kept(priceWatch.toldUntil, (_, again) => again > context.environment.now)
  context.session = { ...context.session, priceWatch: { ...priceWatch, below, toldUntil: said } }
}

/** How long, ms. */
function sinceBelow(context: DecisionContext, id: string, isBelow: boolean): number {
  const { priceWatch } = context.session
  const { now } = context.environment
  if (!isBelow && priceWatch.below[id] === undefined) return 0
  const since = priceWatch.below[id] ?? now
  const below = isBelow ? { ...priceWatch.below, [id]: since } : without(priceWatch.below, id)
  context.session = { ...context.session, priceWatch: { ...priceWatch, below } }
  return isBelow ? now - since : 0
}

// When a position has to be looked at again: each second while a price may change what is to be done about it.
const LOOK_MS = 1_000

/** Unix ms. */
export function exitsDue({ portfolio, session }: State): readonly number[] {
  const { evaluatedAt, below } = session.priceWatch
  const moments: number[] = []
  for (const [key, position] of Object.entries(portfolio.positions)) {
    const { maxHoldUntil } = position.exits
    const stop = stopOf(portfolio, key)
    const isBelow = stop !== undefined && below[stop.clientOrderId] !== undefined
    if (isBelow || needsPrice(position, stop)) moments.push(evaluatedAt + LOOK_MS)
    if (maxHoldUntil !== null && position.closing === null)
      moments.push(Math.max(maxHoldUntil, evaluatedAt + LOOK_MS))
  }
  return moments
}

function needsPrice(
  { closing, stop, exits, levelsFilled }: Position,
  order: Order | undefined,
): boolean {
  if (closing !== null || exits.trailingStop !== null || exits.breakEven !== null) return true
  if (levelsFilled.length < exits.takeProfits.length) return true
  return stop !== null && (order === undefined || order.planned?.request.triggerPrice !== stop)
}

// Take-profits: when the bid reaches a level whose time has come, that much of the position is sold, and each level once.
function takeProfit(
  context: DecisionContext,
  key: string,
  position: Position,
  bid: Decimal | null,
): undefined {
  const { takeProfits } = position.exits
  if (bid === null || takeProfits.length === position.levelsFilled.length) return
  const reached = reachedLevels(position, bid, trueTime(context) ?? 0)
  if (reached.length === 0 || isExiting(context, key)) return
  if (!mayRetry(position.failures.exit, context.environment.now)) return
  const size = sizeOf(context, position, reached, bid)
  if (size === null) return
  const { stream, market } = position
  const reason = `take profit ${Math.max(...reached) + 1} of ${takeProfits.length}`
  orderDeviceExit(context, position, { reason, takeProfitLevels: reached, size })
  notice(context, {
    level: 'info',
    code: 'take_profit',
    message: `${reason} (${shownStream(stream)}, ${market})`,
  })
}

/** Their places in the list, from 0: those at or below the bid whose time has come and which are not sold. */
function reachedLevels(
  { exits, levelsFilled }: Position,
  bid: Decimal,
  now: number,
): readonly number[] {
  const best = parseDecimal(bid)
  return exits.takeProfits.flatMap(({ price, from }, at) =>
    now >= from && !levelsFilled.includes(at) && parseDecimal(price).lte(best) ? [at] : [],
  )
}

/** Null while the levels reached are too little for an order: they are sold with the next one. */
function sizeOf(
  context: DecisionContext,
  position: Position,
  reached: readonly number[],
  bid: Decimal,
) {
  const rules = context.environment.exchange.rules(position.market)
  if (rules === null) return null
  const { takeProfits } = position.exits
  const all = { unit: 'percent', value: '100' } as const
  const isLast = reached.length + position.levelsFilled.length === takeProfits.length
  if (isLast && sum(takeProfits).gte(100)) return all
  const share = percentOf(
    parseDecimal(position.initialAmount),
    sum(takeProfits.filter((_, at) => reached.includes(at))),
  )
  const amount = floorTo(share, parseDecimal(rules.step))
  const { exit: collar } = context.environment.policy.collar
  const rest = parseDecimal(available(position)).minus(amount)
  const about = { rules, bid, stop: position.stop, collar }
  if (rest.lte(0) || isTooLittleToKeep(toTotal(rest), about)) return all
  const value = toTotal(amount)
  return isUnsellable(value, { rules, bid, collar }) ? null : ({ unit: 'base', value } as const)
}

function sum(levels: Position['exits']['takeProfits']): Big {
  return levels.reduce((percent, level) => percent.plus(level.percent), new Big(0))
}
