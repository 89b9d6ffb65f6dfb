// Questions to the exchange and to the trader, order by order, until answered.

import { shownStream } from '@keyside/protocol'
import { ALARM_EVERY_MS, isDue, retryBackoff, started } from '../model/backoff.ts'
import { sentenceOf } from '../model/codes.ts'
import type { Order } from '../model/order.ts'
import { append, type DecisionContext, emit, notice, remember } from './context.ts'
import { isYoung } from './quotes.ts'
import { chartTimeframe, reportOrder } from './report-order.ts'

/** An older price is not shown beside a missed order. */
const MISSED_PRICE_MS = 60_000

export function pollOrders(context: DecisionContext): undefined {
  for (const { clientOrderId } of Object.values(context.portfolio.orders)) {
    const order = context.portfolio.orders[clientOrderId]
    if (order !== undefined) poll(context, order)
  }
}

function poll(context: DecisionContext, order: Order): undefined {
  switch (order.state) {
    case 'waiting':
      return expire(context, order) ? undefined : showCard(context, order)
    case 'reducing':
      return void expire(context, order)
    case 'unknown':
      alarm(context, order, 'order_unknown')
      return lookUp(context, order)
    case 'accepted':
    case 'partially_filled':
      return isWatched(context, order) ? undefined : lookUp(context, order)
    case 'awaiting_fills':
      alarm(context, order, 'fills_missing')
      return isDue(context.session.queries[order.clientOrderId], context.environment.now)
        ? askForFills(context, order)
        : undefined
    default:
      return
  }
}

/** A resting stop is watched in the list of its market's open orders, as long as there is such a list: `stop-watch.ts`. */
export function rests({ kind, state }: Pick<Order, 'kind' | 'state'>): boolean {
  return kind === 'stop' && (state === 'accepted' || state === 'partially_filled')
}

export function isListed({ environment }: DecisionContext, order: Order): boolean {
  const rules = environment.exchange.rules(order.intent.market)
  return rests(order) && rules !== null && rules.status !== 'gone'
}

/** No question is asked about it alone. */
export function isWatched(context: DecisionContext, order: Order): boolean {
  return isListed(context, order) && context.session.queries[order.clientOrderId] === undefined
}

function expire(context: DecisionContext, order: Order): boolean {
  if (context.environment.now < order.approval.expires) return false
  const code = 'approval_expired'
  append(context, { type: 'step', clientOrderId: order.clientOrderId, event: 'expire', code })
  const market = priceNow(context, order)
  reportOrder(context, order, 'expired', { code, message: sentenceOf(code), ...market })
  return true
}

/** So that the report of a missed card can say what the price did since. */
function priceNow({ environment }: DecisionContext, { intent }: Order) {
  const quote = environment.exchange.quote(intent.market)
  if (quote === null || !isYoung(quote, environment.now, MISSED_PRICE_MS)) return {}
  return { market: quote.ask }
}

function showCard(context: DecisionContext, order: Order): undefined {
  if (order.approval.card === 'sent' || !begin(context, 'cards', order)) return
  const { clientOrderId, intent } = order
  const timeframe = chartTimeframe(order)
  emit(context, { type: 'candles', market: intent.market, timeframe, clientOrderId })
}

/** Asked about alone from now on, also a stop, until it rests again. */
export function lookUp(context: DecisionContext, order: Order): undefined {
  if (!begin(context, 'queries', order)) return
  const { clientOrderId, exchangeId, intent } = order
  emit(context, { type: 'find', market: intent.market, clientOrderId, exchangeId })
}

/** By its number, whatever is under way about it. */
export function askForFills(context: DecisionContext, order: Order): undefined {
  const { clientOrderId, exchangeId, intent, seen } = order
  const asked = context.session.queries[clientOrderId]
  remember(context, 'queries', clientOrderId, started(asked, context.environment.now))
  const about = { market: intent.market, exchangeId, clientOrderId, since: seen.first }
  emit(context, { type: 'fills', ...about })
}

/** Not for an order whose acceptance is unknown: it is looked for first. */
export function requestCancel(context: DecisionContext, order: Order): undefined {
  if (order.state !== 'accepted' && order.state !== 'partially_filled') return
  if (!begin(context, 'cancels', order)) return
  const { clientOrderId, intent } = order
  const kind = order.kind === 'stop' ? 'stop' : 'order'
  emit(context, { type: 'cancel', market: intent.market, clientOrderId, kind })
}

/** Either way the order is looked at next: a cancel may have raced with a fill. */
export function onCancel(context: DecisionContext, order: Order, ok: boolean): undefined {
  const { clientOrderId } = order
  const { cancels, queries } = context.session
  const { now } = context.environment
  remember(context, 'cancels', clientOrderId, retryBackoff(cancels[clientOrderId], now, 'known'))
  if (ok && queries[clientOrderId]?.state !== 'open')
    remember(context, 'queries', clientOrderId, {
      state: 'due',
      at: now,
      tries: 0,
      missedAt: queries[clientOrderId]?.missedAt ?? 0,
    })
}

/** False when it is under way or not yet time. */
function begin(
  context: DecisionContext,
  kind: 'queries' | 'cancels' | 'cards',
  { clientOrderId }: Order,
): boolean {
  const asked = context.session[kind][clientOrderId]
  const { now } = context.environment
  if (!isDue(asked, now)) return false
  remember(context, kind, clientOrderId, started(asked, now))
  return true
}

/** Each minute from the first on, for as long as it stays so. */
function alarm(
  context: DecisionContext,
  { clientOrderId, intent, stream }: Order,
  code: 'order_unknown' | 'fills_missing',
): undefined {
  const { now } = context.environment
  const due = context.session.alarms[clientOrderId]
  if (due !== undefined && due > now) return
  remember(context, 'alarms', clientOrderId, now + ALARM_EVERY_MS)
  if (due === undefined) return
  const message = `${sentenceOf(code)} (${shownStream(stream)}, ${intent.market}, ${clientOrderId})`
  notice(context, { level: 'error', code, message })
}
