// An exit that the device orders by itself: from here on it goes the way of any exit.
import type { OrderSeed, Position } from '../core/state.ts'
import { record, type Turn } from '../core/turn.ts'
import type { SignalIdea } from '../plan/plan.ts'
import { clientOrderId } from './client-id.ts'

export function orderExit(
  turn: Turn,
  { stream, market, signal, seq }: Position,
  what: Pick<OrderSeed, 'reason' | 'rung'> & { size: SignalIdea['size'] },
): undefined {
  const { size, ...why } = what
  const order: OrderSeed = {
    clientOrderId: clientOrderId(turn.world.salt, signal, `exit${turn.book.exits}`),
    stream,
    kind: 'exit',
    signal,
    seq,
    signedAt: turn.world.now,
    until: turn.world.now,
    timeframe: '1m',
    ...why,
    idea: { kind: 'exit', market, side: 'sell', size, type: 'market' },
  }
  record(turn, { type: 'ordered', order })
}
