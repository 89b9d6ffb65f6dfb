// The trader takes an entry back. Exits and stops cannot be canceled from the chat: that would loosen.
import type { Answer } from '@keyside/protocol'
import { append, type DecisionContext } from '../execution/context.ts'
import { refusedAnswer } from '../execution/refusals.ts'
import { denyOrder, orderView } from '../execution/report-order.ts'
import { isPending, isWorking, type OrderState } from '../model/order-table.ts'
import { fitting } from '../model/report-room.ts'

const MAX_ROWS = 20

type Row = Extract<Answer, { about: 'entries' }>['rows'][number]

/** `order`: hash of the exact order, as an approval names it; without one, those that can be taken back. */
export function cancel(
  context: DecisionContext,
  { order: id }: { readonly order?: string | undefined },
  by: string,
): Answer {
  if (id === undefined) return entries(context)
  const order = Object.values(context.portfolio.orders).find(({ planned }) => planned?.id === id)
  if (order === undefined || order.state === 'awaiting_fills') return refusedAnswer('entry_over')
  if (order.kind !== 'entry') return refusedAnswer('cancel_protects')
  const { clientOrderId } = order
  if (isPending(order.state)) {
    denyOrder(context, order, 'entry_canceled')
    return { about: 'done' }
  }
  if (order.cancel === 'none') append(context, { type: 'cancel_asked', clientOrderId, by })
  const isUnreachable = !context.environment.exchange.reachable
  const waits = isUnreachable
    ? ('exchange_awaited' as const)
    : order.state === 'unknown'
      ? ('order_unknown' as const)
      : null
  return { about: 'done', ...(waits !== null && { waits }) }
}

function entries({ portfolio }: DecisionContext): Answer {
  const all = Object.values(portfolio.orders).flatMap((order) => {
    const view = orderView(order)
    if (order.kind !== 'entry' || order.cancel === 'asked' || view === null) return []
    return canBeTaken(order.state)
      ? [{ order: view, status: statusOf(order.state), filled: order.filled }]
      : []
  })
  const rows = fitting(all.slice(0, MAX_ROWS))
  const more = all.length - rows.length
  return { about: 'entries', rows, ...(more > 0 && { more }) }
}

/** An order that is over waits only for its fills. */
function canBeTaken(state: OrderState): boolean {
  return isPending(state) || (isWorking(state) && state !== 'awaiting_fills')
}

function statusOf(state: OrderState): Row['status'] {
  switch (state) {
    case 'reducing':
      return 'waiting'
    case 'waiting':
    case 'approved':
    case 'accepted':
    case 'partially_filled':
    case 'unknown':
      return state
    default:
      return 'submitted'
  }
}
