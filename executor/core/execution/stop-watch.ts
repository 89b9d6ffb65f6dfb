// Stops that rest are watched by one question for all of them: one that is gone from the list of open orders is looked up.
import { isDue, retryBackoff, started } from '../model/backoff.ts'
import type { ExchangeOrder } from '../model/exchange.ts'
import type { Order } from '../model/order.ts'
import type { Query } from '../model/session.ts'
import type { State } from '../model/state.ts'
import { type DecisionContext, emit, remember } from './context.ts'
import type { Input } from './inputs.ts'
import { noteSeen } from './order-end.ts'
import { isWatched, lookUp, rests } from './order-polling.ts'
import { onListed } from './order-status.ts'

/** From one question to the next: with the look at an order that is gone, a fill is known within 2 s. */
const WATCH_MS = 1_500

/** Markets that were answered last time are asked about together, as soon as one of them is due. */
export function watchStops(context: DecisionContext): undefined {
  const { now } = context.environment
  const { stopWatch } = context.session
  const markets = new Set<string>()
  for (const order of Object.values(context.portfolio.orders))
    if (isWatched(context, order)) markets.add(order.intent.market)
  const all = [...markets]
  if (!all.some((market) => isDue(stopWatch[market], now))) return
  const due = all.filter((market) => isDue(stopWatch[market], now) || isAnswered(stopWatch[market]))
  for (const market of due) remember(context, 'stopWatch', market, started(stopWatch[market], now))
  emit(context, { type: 'open_orders', markets: due })
}

function isAnswered(asked: Query | undefined): boolean {
  return asked?.state === 'due' && asked.tries === 0
}

export function onOpenOrders(
  context: DecisionContext,
  { markets, result }: Extract<Input, { type: 'open_orders' }>,
): undefined {
  const { now } = context.environment
  const asked = new Map(markets.map((market) => [market, context.session.stopWatch[market]]))
  for (const [market, before] of asked)
    remember(
      context,
      'stopWatch',
      market,
      result.ok ? answered(before, now) : retryBackoff(before, now, 'known'),
    )
  if (!result.ok) return
  const listed = new Map(result.value.map((one) => [one.clientOrderId, one]))
  for (const { clientOrderId } of Object.values(context.portfolio.orders)) {
    const order = context.portfolio.orders[clientOrderId]
    if (order === undefined || !asked.has(order.intent.market) || !isWatched(context, order))
      continue
    const seen = listed.get(clientOrderId)
    if (seen !== undefined && seen.exchangeId === order.exchangeId) tell(context, order, seen)
    // A list that lags says nothing: by its id it is found, and one that is missing there too has `viewLagMs` to appear.
    // What seems to be sent in the future was sent before the clock was set back.
    else if (order.sentAt > now || order.sentAt < (asked.get(order.intent.market)?.at ?? 0))
      lookUp(context, order)
  }
}

function answered(asked: Query | undefined, now: number): Query {
  const at = Math.max(now, Math.min(asked?.at ?? now, now) + WATCH_MS)
  return { state: 'due', at, tries: 0, missedAt: 0 }
}

/** As it was: most of them, each time. */
function tell(context: DecisionContext, order: Order, seen: ExchangeOrder): undefined {
  noteSeen(context, order)
  const isSame = seen.filled === order.filled && seen.triggers !== 'at_or_above'
  if (!isSame || seen.status !== 'open') onListed(context, order, seen)
}

/** When stops are looked at next, Unix ms. */
export function stopsDue({ portfolio, session }: State): readonly number[] {
  const moments: number[] = []
  for (const order of Object.values(portfolio.orders)) {
    if (!rests(order) || session.queries[order.clientOrderId] !== undefined) continue
    const asked = session.stopWatch[order.intent.market]
    if (asked?.state !== 'open') moments.push(asked?.at ?? 0)
  }
  return moments
}
