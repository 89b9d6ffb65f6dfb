// What planning gives: the exact order, or the reason why there is none. docs/errors.md explains each reason.
import type { Decimal } from '@keyside/protocol'
import { withoutZeros } from '../../model/decimals.ts'
import type { OrderRequest } from '../../model/exchange.ts'

export const PLAN_CODES = [
  'side_unsupported',
  'stop_wrong_side',
  'trail_below_step',
  'no_position',
  'price_zero',
  'size_zero',
  'size_below_minimum',
  'size_above_maximum',
] as const

export type PlanCode = (typeof PLAN_CODES)[number]

export interface Planned {
  readonly ok: true
  readonly order: OrderRequest
  /** Amount times limit price, in quote: the most an entry costs before fees, the least an exit brings. */
  readonly value: Decimal
  /** What an entry may lose, in quote: down to what its stop may sell for, or all of it without one. Exits: 0. */
  readonly risk: Decimal
}

export interface Unplanned {
  readonly ok: false
  readonly code: PlanCode
  /** What was expected, what came, what to do. */
  readonly message: string
}

export function unplanned(code: PlanCode, message: string): Unplanned {
  return { ok: false, code, message: withoutZeros(message) }
}
