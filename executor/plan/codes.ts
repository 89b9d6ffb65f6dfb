// Every reason for which a signal cannot become an order. docs/errors.md explains each one.

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

export interface Unplanned {
  readonly ok: false
  readonly code: PlanCode
  /** What was expected, what came, what to do. */
  readonly message: string
}

export function unplanned(code: PlanCode, message: string): Unplanned {
  return { ok: false, code, message }
}
