// The stop of a position: there is one at most.
import { type Book, type Order, positionKey } from '../core/state.ts'

/** `key` by `positionKey`. */
export function stopOf({ orders }: Book, key: string): Order | undefined {
  return Object.values(orders).find((one) => one.kind === 'stop' && positionKey(one) === key)
}
