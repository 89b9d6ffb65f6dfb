// How long to wait before a program that ended is started again.

/** `explained`: it said why it cannot start, and that will hardly change by itself in a second. */
export type End = 'unexpected' | 'explained'

const FIRST_MS = 1_000
const FIRST_EXPLAINED_MS = 10_000
const MAX_MS = 60_000
/** A program that ran this long has not been failing. */
const STABLE_MS = 60_000

/** `failures`: its ends in a row before this one. Gives the wait in ms, and the count with this one. */
export function restartBackoff(
  failures: number,
  end: End,
  ranMs: number,
): { waitMs: number; failures: number } {
  const before = ranMs >= STABLE_MS ? 0 : failures
  const first = end === 'explained' ? FIRST_EXPLAINED_MS : FIRST_MS
  return { waitMs: Math.min(first * 2 ** before, MAX_MS), failures: before + 1 }
}
