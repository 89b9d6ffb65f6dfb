// An entry that still waits when its strategy has left again: it would buy what is sold a moment later.
import type { Turn } from '../core/turn.ts'
import { requestCancel } from './poll.ts'
import { refuseOrder } from './refuse.ts'
import { isPending } from './table.ts'

/** `since`: number of the signal with which the stream left this market. */
export function supersedeEntries(
  turn: Turn,
  { stream, market, since }: { stream: string; market: string; since: number },
): undefined {
  for (const order of Object.values(turn.book.orders)) {
    const isHere = order.stream === stream && order.idea.market === market
    if (order.kind !== 'entry' || !isHere || order.seq >= since) continue
    if (isPending(order.state)) refuseOrder(turn, order, 'entry_superseded')
    else requestCancel(turn, order)
  }
}
