// Running, paused or halted: written when it changes, and told.
import type { TradingState } from '@keyside/protocol'
import { sentenceOf } from '../model/codes.ts'
import { isPending } from '../model/order-table.ts'
import { isDayClosed } from '../model/profit.ts'
import type { Order } from '../model/state.ts'
import { HEAD_LIFE_MS } from '../risk/rules/timing.ts'
import { record, report, type Turn } from './context.ts'
import { refuseOrder } from './deny.ts'
import { requestCancel } from './order-polling.ts'
import { silentFrom } from './silence.ts'

/** A halt may be made one that sells; nothing but its end makes it keep again. */
export function setTrading(
  turn: Turn,
  state: TradingState,
  by: string,
  positions: 'keep' | 'sell' = 'keep',
): undefined {
  const { trading, onHalt } = turn.book
  const sells = positions === 'sell' && onHalt === 'keep'
  if (trading === state && !sells) return
  record(turn, { type: 'trading', state, by, ...(sells && { positions: 'sell' }) })
  if (trading !== state) report(turn, { type: 'state', state, by })
}

/** Only ever asked for at the device's own terminal. */
export function unhalt(turn: Turn, by: string): undefined {
  if (turn.book.trading === 'halted') setTrading(turn, 'running', by)
}

/** While trading is halted, or its provider is silent, no entry rests at the exchange: it would be new risk. */
export function clearEntries(turn: Turn): undefined {
  const closed = whyClosed(turn)
  for (const order of Object.values(turn.book.orders)) {
    if (order.kind !== 'entry') continue
    if (order.state === 'waiting' && closed !== null) withdraw(turn, order, closed)
    const silence = turn.world.now - silentFrom(turn, order.stream)
    if (turn.book.trading === 'halted' || silence > HEAD_LIFE_MS) requestCancel(turn, order)
  }
}

/** No question stays open to which a yes would be refused. */
function withdraw(turn: Turn, order: Order, why: string): undefined {
  const code = 'approval_withdrawn'
  refuseOrder(turn, order, code, `${why}: ${sentenceOf(code)}`)
}

function whyClosed(turn: Turn): string | null {
  if (turn.book.trading !== 'running') return `trading is ${turn.book.trading}`
  return isDayClosed(turn.book, turn.world.now) ? 'as much as may be lost in a day is lost' : null
}

// An entry that still waits when its strategy has left again: it would buy what is sold a moment later.
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
