// A position that is to be sold, all of it: tried until it is, whatever the exchange says in between.

import { mustTryAgain } from '../model/backoff.ts'
import { exact, isZero, minus } from '../model/decimals.ts'
import type { TurnedDownCode } from '../model/exchange.ts'
import { isLive } from '../model/order-table.ts'
import { available } from '../model/positions.ts'
import type { SignalIdea } from '../model/state.ts'
import {
  type LeaveReason,
  type Order,
  type OrderSeed,
  type Position,
  positionKey,
} from '../model/state.ts'
import { isUnsellable } from '../risk/plan/dust.ts'
import { record, type Turn } from './context.ts'
import { say } from './notify.ts'
import { freshBid } from './quotes.ts'
import { countSoon, isCounting } from './reconcile-schedule.ts'

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

// An exit that the device orders by itself: from here on it goes the way of any exit.
export function orderExit(
  turn: Turn,
  { stream, market, signal, seq }: Position,
  what: Pick<OrderSeed, 'reason' | 'rung'> & { size: SignalIdea['size'] },
): undefined {
  const { size, ...why } = what
  const order: OrderSeed = {
    clientOrderId: turn.world.clientOrderId(signal, `exit${turn.book.exits}`),
    stream,
    kind: 'exit',
    signal,
    seq,
    signedAt: turn.world.now,
    until: turn.world.now,
    timeframe: '1m',
    ...why,
    idea: { kind: 'exit', market, side: 'sell', size, type: 'market' },
  }
  record(turn, { type: 'ordered', order })
}

// Sales for which the exchange does not have the coins: what is there is counted, and then sold or protected.
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
  const name = turn.world.clientOrderId(signal, `exit${turn.book.exits}`)
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
