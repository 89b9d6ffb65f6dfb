// What the exchange answered, and what that makes of an order. Unknown is an answer; nothing here sends again.

import {
  ALARM_EVERY_MS,
  BETWEEN_MISSES_MS,
  growing,
  opened,
  steady,
  without,
} from '../model/backoff.ts'
import { type ExecutorCode, sentenceOf } from '../model/codes.ts'
import { isZero, minus } from '../model/decimals.ts'
import type { Answered, ExchangeOrder, Fill, Lookup, Placed } from '../model/exchange.ts'
import { type Order, positionKey } from '../model/state.ts'
import { HEAD_LIFE_MS } from '../risk/rules/timing.ts'
import { isForCoins, onCoinsRefused } from './close-position.ts'
import { ask, notice, record, type Turn } from './context.ts'
import { reportOrder } from './order-view.ts'
import { silentFrom } from './silence.ts'
import { isLeaving, isWanted, onStopTurnedDown, onWrongSide } from './stops.ts'

/** Added to the exchange's own window before a miss counts (and the difference of the clocks). */
const MARGIN_MS = 10_000

export function onPlaced(turn: Turn, order: Order, result: Placed): undefined {
  switch (result.outcome) {
    case 'accepted':
      return adopt(turn, order, result.order)
    case 'turned_down':
      return turnDown(turn, order, result.code, result.message)
    case 'unknown':
      return loseSight(turn, order, result.message)
  }
}

/** Also for an order that was being sent when the program died. */
export function loseSight(turn: Turn, order: Order, message: string): undefined {
  const { clientOrderId } = order
  record(turn, { type: 'step', clientOrderId, event: 'lose', code: 'order_unknown', message })
  reportOrder(turn, order, 'unknown', { code: 'order_unknown', message })
}

export function onFound(turn: Turn, order: Order, result: Lookup): undefined {
  switch (result.outcome) {
    case 'found':
      // An answer about another order says nothing of this one.
      if (order.exchangeId !== '' && result.order.exchangeId !== order.exchangeId)
        return again(turn, order)
      if (order.state === 'unknown') return adopt(turn, order, result.order)
      onThereAgain(turn, order)
      return observe(turn, order, result.order)
    case 'missing':
      return order.state === 'unknown' ? onMiss(turn, order) : onVanished(turn, order)
    case 'unknown':
      return again(turn, order)
  }
}

/** A miss proves nothing while the order could still arrive; from then on no time is lost: its market is closed. */
function onMiss(turn: Turn, order: Order): undefined {
  const { now, exchange } = turn.world
  const { clientOrderId } = order
  const skew = Math.abs(exchange.skewMs ?? 0)
  const provableAt =
    sentBy(turn, order) + exchange.acceptanceWindowMs + exchange.viewLagMs + MARGIN_MS + skew
  const missedAt = turn.live.asks[clientOrderId]?.missedAt ?? 0
  if (now >= provableAt && missedAt > 0 && now - missedAt >= BETWEEN_MISSES_MS)
    return notPlaced(turn, order, sentenceOf('order_not_placed'))
  const next = growing(turn.live.asks[clientOrderId], now, 'unknown')
  if (now < provableAt) return setAsk(turn, order, { ...next, at: Math.min(next.at, provableAt) })
  if (missedAt > 0) return setAsk(turn, order, next)
  setAsk(turn, order, { ...next, at: now + BETWEEN_MISSES_MS, missedAt: now })
}

/** What seems to be sent in the future was sent before the clock was set back; a leap ahead makes nothing older. */
function sentBy({ world, live }: Turn, { sentAt }: Order): number {
  return sentAt > world.now ? live.started : Math.max(sentAt, live.wokeAt)
}

export function notPlaced(turn: Turn, order: Order, message: string): undefined {
  const code = 'order_not_placed'
  record(turn, { type: 'step', clientOrderId: order.clientOrderId, event: 'miss', code, message })
  reportOrder(turn, order, 'not_placed', { code, message })
}

function turnDown(turn: Turn, order: Order, code: string, message: string): undefined {
  const { clientOrderId } = order
  record(turn, { type: 'step', clientOrderId, event: 'turn_down', code, message })
  reportOrder(turn, order, 'turned_down', { code, message })
  if (order.kind === 'stop') onStopTurnedDown(turn, order, { code, message })
  if (order.kind !== 'entry' && isForCoins(code)) onCoinsRefused(turn, order)
}

function adopt(turn: Turn, order: Order, found: ExchangeOrder): undefined {
  if (found.status === 'rejected' && order.state !== 'unknown')
    return turnDown(turn, order, 'order_turned_down', sentenceOf('order_turned_down'))
  const { clientOrderId } = order
  record(turn, {
    type: 'step',
    clientOrderId,
    event: 'accept',
    exchangeId: found.exchangeId,
  })
  turn.live = { ...turn.live, alarms: without(turn.live.alarms, clientOrderId) }
  const accepted = turn.book.orders[clientOrderId]
  if (accepted === undefined) return
  // What is over in the same answer has more to tell than that it was there.
  if (found.status === 'open') reportOrder(turn, accepted, 'accepted')
  observe(turn, accepted, found)
}

/** What the exchange says of an order that we know it has. */
function observe(turn: Turn, order: Order, seen: ExchangeOrder): undefined {
  if (seen.status === 'rejected' && isZero(seen.filled) && order.state !== 'ending')
    return turnDown(turn, order, 'order_turned_down', sentenceOf('order_turned_down'))
  takeFills(turn, order, seen.fills)
  if (order.kind === 'stop' && seen.triggers === 'at_or_above') onWrongSide(turn, order)
  if (seen.status !== 'open')
    record(turn, {
      type: 'step',
      clientOrderId: order.clientOrderId,
      event: 'end',
      filled: seen.filled,
    })
  proceed(turn, order, seen)
}

export function onFills(turn: Turn, order: Order, result: Answered<readonly Fill[]>): undefined {
  if (!result.ok) return again(turn, order)
  takeFills(turn, order, result.value)
  const now = turn.book.orders[order.clientOrderId]
  if (now !== undefined) proceed(turn, now, null)
}

function takeFills(turn: Turn, order: Order, fills: readonly Fill[]): undefined {
  const { clientOrderId, idea } = order
  const fresh = fills.filter(({ id }, at) => fills.findIndex((one) => one.id === id) === at)
  for (const trade of fresh)
    if (!order.trades.includes(trade.id))
      record(turn, { type: 'fill', clientOrderId, market: idea.market, trade })
}

/** Settles what is complete, and asks for what is not. */
function proceed(turn: Turn, before: Order, seen: ExchangeOrder | null): undefined {
  const order = turn.book.orders[before.clientOrderId]
  if (order === undefined) return
  const said = order.end?.filled ?? seen?.filled ?? order.filled
  const lacking = !isZero(minus(said, order.filled))
  // An order's own answer is paced already; that its fills are not there yet is not.
  if (lacking) return seen === null ? again(turn, order) : fetchFills(turn, order)
  if (order.state === 'ending') return settle(turn, order)
  if (order.filled !== before.filled) reportOrder(turn, order, 'part_filled')
  setAsk(
    turn,
    order,
    steady(turn.live.asks[order.clientOrderId], turn.world.now, besides(turn, order)),
  )
}

/** The stops that are looked at in turn with this one; anything else is looked at alone. */
function besides({ book }: Turn, { kind }: Order): number {
  return kind === 'stop'
    ? Object.values(book.orders).filter((one) => one.kind === 'stop').length
    : 0
}

/** Every fill is here: full, or over with a rest that nobody took. */
function settle(turn: Turn, order: Order): undefined {
  const { clientOrderId, plan } = order
  const rest = plan === null ? '0' : minus(plan.wire.amount, order.filled)
  if (isZero(rest)) {
    record(turn, { type: 'step', clientOrderId, event: 'fill_up' })
    reportOrder(turn, order, 'filled')
    return
  }
  const why = whyCanceled(turn, order)
  record(turn, { type: 'step', clientOrderId, event: 'cancel', code: why.code })
  reportOrder(turn, order, 'canceled', why)
}

function fetchFills(turn: Turn, order: Order): undefined {
  const { clientOrderId, exchangeId, idea } = order
  setAsk(turn, order, opened(turn.live.asks[clientOrderId], turn.world.now))
  ask(turn, { type: 'fills', market: idea.market, exchangeId, clientOrderId })
}

function again(turn: Turn, order: Order): undefined {
  const about = order.state === 'unknown' ? 'unknown' : 'known'
  setAsk(turn, order, growing(turn.live.asks[order.clientOrderId], turn.world.now, about))
}

function setAsk(turn: Turn, order: Order, next: Turn['live']['asks'][string]): undefined {
  turn.live = { ...turn.live, asks: { ...turn.live.asks, [order.clientOrderId]: next } }
}

// An order that the exchange took and now does not know: neither forgotten nor assumed, and told every minute.
export function onVanished(turn: Turn, { clientOrderId, idea, stream }: Order): undefined {
  const { now } = turn.world
  const { asks, alarms } = turn.live
  const missedAt = asks[clientOrderId]?.missedAt || now
  const next = { ...growing(asks[clientOrderId], now, 'known'), missedAt }
  turn.live = { ...turn.live, asks: { ...asks, [clientOrderId]: next } }
  const patience = Math.max(BETWEEN_MISSES_MS, turn.world.exchange.viewLagMs)
  if (now - missedAt < patience || (alarms[clientOrderId] ?? 0) > now) return
  turn.live = {
    ...turn.live,
    alarms: { ...alarms, [clientOrderId]: now + ALARM_EVERY_MS },
  }
  const message = `${sentenceOf('order_vanished')} (${stream}, ${idea.market}, ${clientOrderId})`
  notice(turn, { level: 'error', code: 'order_vanished', message })
}

/** The exchange knows it after all. */
export function onThereAgain(turn: Turn, { clientOrderId }: Order): undefined {
  const { asks, alarms } = turn.live
  const asked = asks[clientOrderId]
  if (asked === undefined || asked.missedAt === 0) return
  turn.live = {
    ...turn.live,
    asks: { ...asks, [clientOrderId]: { ...asked, missedAt: 0 } },
    alarms: without(alarms, clientOrderId),
  }
}

// Why an order is over before it was full: nobody took it, this device took it back, or somebody else did.
interface Why {
  readonly code: ExecutorCode
  readonly message: string
}

/** From the book where that can tell, so that a restart in between changes no word of it. */
export function whyCanceled(turn: Turn, order: Order): Why {
  if (order.plan?.wire.type === 'ioc') return told('not_filled')
  if (order.kind === 'stop') return stopCanceled(turn, order)
  const reason = order.kind === 'entry' ? whyEntry(turn, order) : whySale(turn, order)
  return reason === null ? told('canceled_elsewhere') : takenBack(reason)
}

function stopCanceled(turn: Turn, stop: Order): Why {
  const key = positionKey(stop)
  if (isLeaving(turn, key)) return told('stop_taken_off')
  if (turn.book.positions[key] === undefined) return takenBack('for nothing is left to sell')
  if (!isWanted(turn, stop) || isAskedFor(turn, stop)) return told('stop_moved')
  return told('canceled_elsewhere')
}

function whyEntry(turn: Turn, entry: Order): string | null {
  if (turn.book.trading === 'halted') return 'for trading is halted'
  if (turn.world.now - silentFrom(turn, entry.stream) > HEAD_LIFE_MS)
    return 'for its provider is silent'
  return isExiting(turn, entry) || isAskedFor(turn, entry) ? 'for its strategy has left' : null
}

function whySale(turn: Turn, sale: Order): string | null {
  const isOther = isExiting(turn, sale) || isAskedFor(turn, sale)
  return isOther || turn.book.positions[positionKey(sale)] === undefined
    ? 'for the position is sold or protected in another way'
    : null
}

/** By another exit than this. */
function isExiting({ book }: Turn, order: Order): boolean {
  return Object.values(book.orders).some(
    (one) =>
      one.kind === 'exit' &&
      one.clientOrderId !== order.clientOrderId &&
      positionKey(one) === positionKey(order),
  )
}

function isAskedFor({ live }: Turn, { clientOrderId }: Order): boolean {
  return live.cancels[clientOrderId] !== undefined
}

function takenBack(reason: string): Why {
  return { code: 'taken_back', message: `${sentenceOf('taken_back')}, ${reason}` }
}

function told(code: ExecutorCode): Why {
  return { code, message: sentenceOf(code) }
}
