// What can be sold of a position: all of it, but for the coins that are not there.
import type { Decimal } from '@keyside/protocol'
import { minus } from './money.ts'
import type { Position } from './state.ts'

/** Base. */
export function available({ amount, missing }: Pick<Position, 'amount' | 'missing'>): Decimal {
  return minus(amount, missing)
}
