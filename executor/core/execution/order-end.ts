// How an order ends: with all of its fills, or as far as they say when no answer shows it any more. Its trades say what became
// of it; that there are none says so only where the exchange forgets such orders, and may have. All else stays open, and is
// told every minute.
import { type Decimal, shownStream } from '@keyside/protocol'
import { ALARM_EVERY_MS, BETWEEN_MISSES_MS, retryBackoff, without } from '../model/backoff.ts'
import { sentenceOf } from '../model/codes.ts'
import { atLeast, isZero, minus, plus, sum } from '../model/decimals.ts'
import type { Answered, Fill } from '../model/exchange.ts'
import type { Order } from '../model/order.ts'
import { whyCanceled } from './cancel-reason.ts'
import { append, type DecisionContext, notice, remember, trueTime } from './context.ts'
import { tellWithFees } from './fee-prices.ts'
import { askForFills } from './order-polling.ts'
import { reportOrder } from './report-order.ts'

/** `said`: what the same answer says is filled of the order. */
export function takeFills(
  context: DecisionContext,
  order: Order,
  fills: readonly Fill[],
  said: Decimal = order.end?.filled ?? '0',
): undefined {
  const { clientOrderId, intent, trades } = order
  const all = fills.filter(({ id }, at) => fills.findIndex((one) => one.id === id) === at)
  const most = mostOf(order, all, said)
  let filled = order.filled
  // One that is new may be among them: it is newer than those that are known by other numbers.
  const inTurn = most === null ? all : all.toSorted((a, b) => b.at - a.at)
  for (const trade of inTurn) {
    if (trades.includes(trade.id)) continue
    const next = plus(filled, trade.amount)
    if (most !== null && !atLeast(most, next)) continue
    filled = next
    append(context, { type: 'fill', clientOrderId, market: intent.market, trade })
  }
}

/**
 * An exchange that does not list all of the numbers that are booked may have numbered trades anew: then no more is booked than there can be of
 * the order. Null where all that is booked is listed.
 */
function mostOf({ planned, trades }: Order, all: readonly Fill[], said: Decimal): Decimal | null {
  if (planned === null || trades.every((id) => all.some((trade) => trade.id === id))) return null
  const listed = sum(all.map(({ amount }) => amount))
  const most = atLeast(listed, said) ? listed : said
  const { amount } = planned.request
  return atLeast(most, amount) ? amount : most
}

/** Every fill is here: full, or ended with an unfilled rest. `also`: what else the trader should know of that end. */
export function settle(context: DecisionContext, order: Order, also = ''): undefined {
  const { clientOrderId, planned } = order
  const rest = planned === null ? '0' : minus(planned.request.amount, order.filled)
  if (isZero(rest)) {
    append(context, { type: 'step', clientOrderId, event: 'complete' })
    reportOrder(context, order, 'filled')
  } else {
    const { code, message } = whyCanceled(context, order)
    const why = { code, message: `${message}${also}` }
    append(context, { type: 'step', clientOrderId, event: 'cancel', code })
    reportOrder(context, order, 'canceled', why)
  }
  tellWithFees(context, order)
}

// An order that was taken and that no answer shows any more.
/** How often an open order is noted within the time that the exchange keeps an ended one. */
const NOTES = 4
/** Measured clocks differ by less, ms. */
const MARGIN_MS = 10_000

/** Unix ms by the exchange's clock, as well as it is known. */
export function exchangeTime(context: DecisionContext): number {
  return trueTime(context) ?? context.environment.now
}

/** The exchange shows it. That is journaled now and then, so that after an outage it is known since when it may be gone. */
export function noteSeen(context: DecisionContext, { clientOrderId, seen }: Order): undefined {
  // The exchange's time is not known: 0, so that nothing is concluded from its age.
  const time = context.environment.exchange.skewMs === null ? 0 : exchangeTime(context)
  const isNew = time < seen.last - MARGIN_MS || time - seen.last >= noteEveryMs(context)
  if (seen.missing > 0 || isNew)
    append(context, { type: 'order_seen', clientOrderId, is: 'there', time })
  const { queries, alarms } = context.session
  const asked = queries[clientOrderId]
  if (asked === undefined || asked.missedAt === 0) return
  remember(context, 'queries', clientOrderId, { ...asked, missedAt: 0 })
  context.session = { ...context.session, alarms: without(alarms, clientOrderId) }
}

function noteEveryMs({ environment }: DecisionContext): number {
  return environment.exchange.retention.unfilledMs / NOTES
}

/** One miss may come from a server that is behind: after the second its fills are asked for by its number. */
export function onMissing(context: DecisionContext, order: Order): undefined {
  const { now, exchange } = context.environment
  const asked = context.session.queries[order.clientOrderId]
  const missedAt = asked?.missedAt || now
  remember(context, 'queries', order.clientOrderId, {
    ...retryBackoff(asked, now, 'known'),
    missedAt,
  })
  if (now - missedAt < Math.max(BETWEEN_MISSES_MS, exchange.viewLagMs)) return
  askForFills(context, order)
}

/** No answer shows it, so that its fills are asked about and nothing else is. */
export function isMissing({ session }: DecisionContext, { clientOrderId }: Order): boolean {
  return (session.queries[clientOrderId]?.missedAt ?? 0) > 0
}

export function onFillsOfMissing(
  context: DecisionContext,
  before: Order,
  result: Answered<readonly Fill[]>,
): undefined {
  const { clientOrderId } = before
  if (result.ok) takeFills(context, before, result.value)
  noteMissing(context, before)
  const order = context.portfolio.orders[clientOrderId]
  if (order === undefined) return
  if (isFull(order)) return endAsFilled(context, order)
  if (result.ok && isForgotten(context, order)) return endAsFilled(context, order, FORGOTTEN)
  if (order.filled !== before.filled) reportOrder(context, order, 'partially_filled')
  const asked = context.session.queries[clientOrderId]
  // Every question was answered and the outcome is still open: it is asked again, without a limit.
  const next = retryBackoff(asked, context.environment.now, result.ok ? 'unknown' : 'known')
  remember(context, 'queries', clientOrderId, next)
  tellVanished(context, order)
}

const FORGOTTEN =
  ' (found out later: the exchange no longer keeps the order, and its trades show nothing more)'

/** Once, and only when the exchange's time is known: by a clock that is ahead it would seem to be unseen for hours. */
function noteMissing(context: DecisionContext, { clientOrderId, seen }: Order): undefined {
  if (seen.missing > 0 || context.environment.exchange.skewMs === null) return
  append(context, { type: 'order_seen', clientOrderId, is: 'missing', time: exchangeTime(context) })
}

/** As far as its trades say. */
export function endAsFilled(
  context: DecisionContext,
  { clientOrderId, filled }: Order,
  also = '',
): undefined {
  append(context, { type: 'step', clientOrderId, event: 'await_fills', filled })
  const over = context.portfolio.orders[clientOrderId]
  if (over !== undefined) settle(context, over, also)
}

export function isFull({ planned, filled }: Order): boolean {
  return planned !== null && isZero(minus(planned.request.amount, filled))
}

/**
 * That it is nowhere is as it should be: it was unseen for longer than the exchange keeps what is over, and each fill that it
 * ever had is still among those that were asked for. An order that went while it was looked at is an open question.
 */
function isForgotten(context: DecisionContext, { filled, seen }: Order): boolean {
  const { retention, skewMs } = context.environment.exchange
  const { first, last, missing } = seen
  if (skewMs === null || first === 0 || last === 0 || missing === 0) return false
  const unseenMs = missing - last - noteEveryMs(context) - MARGIN_MS
  const keptMs = isZero(filled) ? retention.unfilledMs : retention.filledMs
  return unseenMs >= keptMs && exchangeTime(context) - first < retention.fillsMs - MARGIN_MS
}

/** The order stays open: it is not dropped, and no outcome is assumed. */
function tellVanished(
  context: DecisionContext,
  { clientOrderId, intent, stream }: Order,
): undefined {
  const { now } = context.environment
  if ((context.session.alarms[clientOrderId] ?? 0) > now) return
  remember(context, 'alarms', clientOrderId, now + ALARM_EVERY_MS)
  const message = `${sentenceOf('order_vanished')} (${shownStream(stream)}, ${intent.market}, ${clientOrderId})`
  notice(context, { level: 'error', code: 'order_vanished', message })
}
