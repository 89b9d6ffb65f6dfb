// What has to be asked of the exchange and of the trader, order by order, for as long as nobody has answered.

import { ALARM_EVERY_MS, growing, isDue, opened, without } from '../model/backoff.ts'
import { sentenceOf } from '../model/codes.ts'
import type { Ask, Live, Order } from '../model/state.ts'
import { chartTimeframe } from './approval-card.ts'
import { ask, notice, record, type Turn } from './context.ts'
import { reportOrder } from './order-view.ts'

export function pollOrders(turn: Turn): undefined {
  for (const { clientOrderId } of Object.values(turn.book.orders)) {
    const order = turn.book.orders[clientOrderId]
    if (order !== undefined) poll(turn, order)
  }
}

function poll(turn: Turn, order: Order): undefined {
  switch (order.state) {
    case 'waiting':
      return expire(turn, order) ? undefined : showCard(turn, order)
    case 'unknown':
      alarm(turn, order, 'order_unknown')
      return find(turn, order)
    case 'accepted':
    case 'part_filled':
      return find(turn, order)
    case 'ending':
      alarm(turn, order, 'fills_missing')
      return fetchFills(turn, order)
    default:
      return
  }
}

function expire(turn: Turn, order: Order): boolean {
  if (turn.world.now < order.approval.expires) return false
  const code = 'approval_expired'
  record(turn, { type: 'step', clientOrderId: order.clientOrderId, event: 'expire', code })
  reportOrder(turn, order, 'expired', { code, message: sentenceOf(code) })
  return true
}

function showCard(turn: Turn, order: Order): undefined {
  if (order.approval.card === 'sent' || !begin(turn, 'cards', order)) return
  const { clientOrderId, idea } = order
  const timeframe = chartTimeframe(order)
  ask(turn, { type: 'candles', market: idea.market, timeframe, clientOrderId })
}

function find(turn: Turn, order: Order): undefined {
  if (!begin(turn, 'asks', order)) return
  ask(turn, { type: 'find', market: order.idea.market, clientOrderId: order.clientOrderId })
}

function fetchFills(turn: Turn, order: Order): undefined {
  if (!begin(turn, 'asks', order)) return
  const { clientOrderId, exchangeId, idea } = order
  ask(turn, { type: 'fills', market: idea.market, exchangeId, clientOrderId })
}

/** Not for an order that nobody has heard of: it is looked for first. */
export function requestCancel(turn: Turn, order: Order): undefined {
  if (order.state !== 'accepted' && order.state !== 'part_filled') return
  if (!begin(turn, 'cancels', order)) return
  const { clientOrderId, idea } = order
  const kind = order.kind === 'stop' ? 'stop' : 'order'
  ask(turn, { type: 'cancel', market: idea.market, clientOrderId, kind })
}

/** Either way the order is looked at next: a cancel may have raced with a fill. */
export function onCancel(turn: Turn, order: Order, ok: boolean): undefined {
  const { clientOrderId } = order
  const { cancels, asks } = turn.live
  const next = growing(cancels[clientOrderId], turn.world.now, 'known')
  turn.live = {
    ...turn.live,
    cancels: { ...cancels, [clientOrderId]: next },
    asks: ok && asks[clientOrderId]?.state !== 'open' ? without(asks, clientOrderId) : asks,
  }
}

/** False when it is under way or not yet time. */
function begin(turn: Turn, kind: 'asks' | 'cancels' | 'cards', { clientOrderId }: Order): boolean {
  const asks: Readonly<Record<string, Ask>> = turn.live[kind]
  const { now } = turn.world
  if (!isDue(asks[clientOrderId], now)) return false
  const next = { ...asks, [clientOrderId]: opened(asks[clientOrderId], now) }
  turn.live = { ...turn.live, [kind]: next }
  return true
}

/** Each minute from the first on, for as long as it stays so. */
function alarm(
  turn: Turn,
  { clientOrderId, idea, stream }: Order,
  code: 'order_unknown' | 'fills_missing',
): undefined {
  const { now } = turn.world
  const due = turn.live.alarms[clientOrderId]
  const set = (alarms: Live['alarms']) => {
    turn.live = { ...turn.live, alarms }
  }
  if (due !== undefined && due > now) return
  set({ ...turn.live.alarms, [clientOrderId]: now + ALARM_EVERY_MS })
  if (due === undefined) return
  const message = `${sentenceOf(code)} (${stream}, ${idea.market}, ${clientOrderId})`
  notice(turn, { level: 'error', code, message })
}
