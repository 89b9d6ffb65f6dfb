// Keeps every position under a stop that waits at the exchange: its size, its trigger, and no stop without a position.

import { type Decimal, toDecimal } from '@keyside/protocol'
import type Big from 'big.js'
import { orderIn } from '../model/apply.ts'
import { isOver, mustTryAgain } from '../model/backoff.ts'
import { ceilTo, exact, floorTo, minus, percentOf, ratio } from '../model/decimals.ts'
import { isPending } from '../model/order-table.ts'
import { available, stopOf } from '../model/positions.ts'
import { type Order, type Position, positionKey } from '../model/state.ts'
import { planStop } from '../risk/plan/stop.ts'
import { check } from '../risk/rules/check.ts'
import { isForCoins, isGone, isRestingSale, startLeaving } from './close-position.ts'
import { record, type Turn } from './context.ts'
import { say } from './notify.ts'
import { launch } from './order-pipeline.ts'
import { requestCancel } from './order-polling.ts'
import { orderId } from './order-view.ts'
import { freshBid } from './quotes.ts'
import { isCounting } from './reconcile-schedule.ts'
import { question, unknownAround } from './risk-input.ts'

/** Taken and gone, without any change in between: a person or a rule at the exchange takes them away. */
const MAX_STOPS = 20
const VANISHED_PAUSE_MS = 60_000
/** A stop that has risen takes the place of the older one at most this often. */
const RAISE_EVERY_MS = 10_000

/** Called at the end of each turn: after a fill, a failed exit and a restart it is the same question. */
export function protectPositions(turn: Turn): undefined {
  for (const stop of Object.values(turn.book.orders))
    if (stop.kind === 'stop' && !isWanted(turn, stop)) requestCancel(turn, stop)
  for (const [key, position] of Object.entries(turn.book.positions))
    if (!isLeaving(turn, key) && stopOf(turn.book, key) === undefined) protect(turn, key, position)
}

export function isWanted(turn: Turn, stop: Order): boolean {
  const key = positionKey(stop)
  const position = turn.book.positions[key]
  if (position === undefined || isLeaving(turn, key)) return false
  const planned = planFor(turn, position, stop.clientOrderId)
  if (planned === null || !planned.ok || stop.plan === null) return true
  const { amount, stop: trigger } = stop.plan.wire
  if (minus(amount, stop.filled) !== planned.order.amount) return false
  return trigger === planned.order.stop || !isOver(stop.at, RAISE_EVERY_MS, turn.world.now)
}

/** An exit that has the turn needs the coins that the stop holds. */
export function isLeaving(turn: Turn, key: string): boolean {
  return Object.values(turn.book.orders).some(
    (one) =>
      one.kind === 'exit' &&
      positionKey(one) === key &&
      !isPending(one.state) &&
      !isRestingSale(one),
  )
}

/** True while one stands in the way: a sale that waits holds the coins that a stop needs. */
function takeBackSales(turn: Turn, key: string): boolean {
  const sales = Object.values(turn.book.orders).filter(
    (one) => positionKey(one) === key && isRestingSale(one),
  )
  for (const sale of sales) requestCancel(turn, sale)
  return sales.length > 0
}

function planFor(turn: Turn, position: Position, id: string) {
  const rules = turn.world.exchange.rules(position.market)
  if (rules === null || position.stop === null) return null
  return planStop({
    rules,
    stop: position.stop,
    filled: available(position),
    feeInBase: '0',
    collar: turn.world.policy.collar.exit,
    clientOrderId: id,
  })
}

function protect(turn: Turn, key: string, position: Position): undefined {
  if (turn.world.exchange.pause !== null || isCounting(turn, position.market)) return
  if (isGone(turn, position)) return
  if (position.stop === null || takeBackSales(turn, key)) return
  if (!mustTryAgain(position.failed.stop, turn.world.now)) return
  const { stream, market } = position
  // A stop beside one that may be there would sell twice what is held.
  if (unknownAround(turn.book, { kind: 'stop', stream, idea: { market } }) > 0) return
  const id = turn.world.clientOrderId(position.signal, `stop${turn.book.stops}`)
  const planned = planFor(turn, position, id)
  const rules = turn.world.exchange.rules(market)
  if (planned === null || rules === null || wouldTrigger(turn, position)) return
  // What is too little may become enough while an entry fills; what is to be sold has its own alarm.
  if (!planned.ok && (position.leaving !== null || isOpen(turn, key))) return
  if (!planned.ok) return stopFailed(turn, key, 'stop_failed', planned.message)
  if (position.stops >= MAX_STOPS && !mayTryVanished(turn, key, position)) return
  const seed = stopSeed(turn, position, id)
  record(turn, { type: 'ordered', order: seed })
  const { order: wire, value, risk } = planned
  const { takerFee, stop } = rules
  const plan = { id: orderId(wire, seed.until), wire, value, risk, takerFee, holds: stop.holds }
  record(turn, { type: 'planned', clientOrderId: id, plan })
  const order = orderIn(turn.book, id)
  const verdict = check(question(turn, order, plan), turn.world.policy)
  if (verdict.verdict === 'deny') {
    const { tag: code, reason: message } = verdict
    record(turn, { type: 'step', clientOrderId: id, event: 'refuse', code, message })
    return stopFailed(turn, key, code, message)
  }
  record(turn, { type: 'step', clientOrderId: id, event: 'intend' })
  launch(turn, id)
}

function stopSeed(turn: Turn, position: Position, id: string) {
  const { market, stream, signal, seq } = position
  return {
    clientOrderId: id,
    stream,
    kind: 'stop',
    signal,
    seq,
    signedAt: turn.world.now,
    until: turn.world.now,
    reason: 'stop',
    timeframe: '1m',
    idea: {
      kind: 'exit',
      market,
      side: 'sell',
      size: { unit: 'base', value: available(position) },
      type: 'market',
    },
  } as const
}

function isOpen(turn: Turn, key: string): boolean {
  return Object.values(turn.book.orders).some((order) => positionKey(order) === key)
}

/** Then it is an exit, which `watchPositions` has ordered. */
function wouldTrigger(turn: Turn, { market, stop }: Position): boolean {
  const bid = freshBid(turn, market)
  return bid !== null && stop !== null && exact(stop).gte(exact(bid))
}

function mayTryVanished(turn: Turn, key: string, { failed }: Position): boolean {
  const { now } = turn.world
  if (!isOver(failed.stop.at, VANISHED_PAUSE_MS, now)) return false
  stopFailed(turn, key, 'stop_failed', 'its stops keep vanishing')
  return true
}

/** The exchange sees a price that we have not seen yet: then it is an exit. */
export function onStopTurnedDown(
  turn: Turn,
  stop: Order,
  { code, message }: { code: string; message: string },
): undefined {
  const key = positionKey(stop)
  const position = turn.book.positions[key]
  const isFirst = position?.failed.stop.times === 0
  const isTold = code !== 'exchange_stop_would_trigger' && !(isForCoins(code) && isFirst)
  if (isTold) return stopFailed(turn, key, code, message)
  if (position !== undefined) record(turn, { type: 'unprotected', position: key, code, message })
  // With what is there it is tried again in a moment.
  if (isForCoins(code)) return
  startLeaving(turn, key, 'stop')
}

/** The exchange took it for one that sells a rise: it protects nothing, and what it should protect is sold. */
export function onWrongSide(turn: Turn, stop: Order): undefined {
  const key = positionKey(stop)
  if (turn.book.positions[key] === undefined || isLeaving(turn, key)) return
  const code = 'exchange_stop_would_trigger'
  const message = 'the exchange would sell when the price rises, and not when it falls'
  record(turn, { type: 'unprotected', position: key, code, message })
  startLeaving(turn, key, 'stop')
}

/** It is tried again after a pause. */
export function stopFailed(turn: Turn, key: string, code: string, message: string): undefined {
  const position = turn.book.positions[key]
  if (position === undefined) return
  record(turn, { type: 'unprotected', position: key, code, message })
  say(turn, position, { level: 'error', code: 'stop_failed', message })
}

// Stops that rise: behind the highest bid, and to the entry price. The stop itself remembers how far it came.
/** A trailing stop rises by at least this much of the price, percent. */
const MIN_RISE = '0.1'

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
  return trailing.minus(exact(stop)).gte(percentOf(bid, exact(MIN_RISE))) ? trailing : null
}

function raise(turn: Turn, position: Position, to: Big, why: 'trail' | 'even'): undefined {
  const stop = toDecimal(to)
  const { market, stream } = position
  const key = positionKey({ stream, idea: { market } })
  record(turn, { type: 'raised', position: key, stop, why })
  say(turn, position, { level: 'info', code: 'stop_raised', message: `to ${stop}` })
}
