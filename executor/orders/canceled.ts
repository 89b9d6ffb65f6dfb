// Why an order is over before it was full: nobody took it, this device took it back, or somebody else did.
import { type ExecutorCode, sentenceOf } from '../codes.ts'
import { type Order, positionKey } from '../core/state.ts'
import type { Turn } from '../core/turn.ts'
import { silentFrom } from '../inbox/silence.ts'
import { HEAD_LIFE_MS } from '../policy/rules/moment.ts'
import { isLeaving, isWanted } from './protect.ts'

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
