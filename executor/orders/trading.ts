// Running, paused or halted: written when it changes, and told.
import type { TradingState } from '@keyside/protocol'
import { record, report, type Turn } from '../core/turn.ts'
import { requestCancel } from './poll.ts'

export function setTrading(turn: Turn, state: TradingState, by: string): undefined {
  if (turn.book.trading === state) return
  record(turn, { type: 'trading', state, by })
  report(turn, { type: 'state', state, by })
}

/** While halted no entry rests at the exchange. */
export function clearEntries(turn: Turn): undefined {
  if (turn.book.trading !== 'halted') return
  for (const order of Object.values(turn.book.orders))
    if (order.kind === 'entry') requestCancel(turn, order)
}
