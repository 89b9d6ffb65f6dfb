// What can be sold of a position: all of it, but for the coins that are not there.
import type { Decimal } from '@keyside/protocol'
import { minus } from './decimals.ts'
import { type Order, type Portfolio, type Position, positionKey } from './state.ts'

/** Base. */
export function available({ amount, missing }: Pick<Position, 'amount' | 'missing'>): Decimal {
  return minus(amount, missing)
}

// Which markets the device has to do with.
/** Also those where something is left from an older policy: it has to be compared, protected and sold. */
export function marketsOf(
  { positions, orders }: Portfolio,
  ofPolicy: readonly string[],
): readonly string[] {
  const held = Object.values(positions).map(({ market }) => market)
  const open = Object.values(orders).map(({ intent }) => intent.market)
  return [...new Set([...ofPolicy, ...held, ...open])]
}

// The stop of a position: there is one at most.
/** `key` by `positionKey`. */
export function stopOf({ orders }: Portfolio, key: string): Order | undefined {
  return Object.values(orders).find((one) => one.kind === 'stop' && positionKey(one) === key)
}
