// How long to wait before a program that ended is started again.

/** `told`: it said why it cannot start, and that will hardly change by itself in a second. */
export type End = 'unexpected' | 'told'

const FIRST_MS = 1_000
const FIRST_TOLD_MS = 10_000
const MAX_MS = 60_000
/** One that ran so long has not been failing. */
const WELL_MS = 60_000

export interface Failing {
  readonly times: number
}

export const NOT_FAILING: Failing = { times: 0 }

/** The wait in ms, and what to remember for the next end. */
export function afterEnd(
  { times }: Failing,
  end: End,
  ranMs: number,
): { waitMs: number; failing: Failing } {
  const failed = ranMs >= WELL_MS ? 0 : times
  const first = end === 'told' ? FIRST_TOLD_MS : FIRST_MS
  return { waitMs: Math.min(first * 2 ** failed, MAX_MS), failing: { times: failed + 1 } }
}
