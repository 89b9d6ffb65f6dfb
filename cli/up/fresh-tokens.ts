// The access tokens of a home's own programs, while it runs.
import type { Cancel, Clock } from '@keyside/runtime/base'

/** How often a program that runs is given a new one: it is read when the broker ends the connection of the old one. */
const RENEW_MS = 86_400_000

/** Renews each day. A failure is tried again the next day. */
export function keepTokensFresh(
  clock: Pick<Clock, 'every'>,
  renew: () => Promise<unknown>,
  onFailed: (error: unknown) => void,
): Cancel {
  return clock.every(RENEW_MS, () => void renew().catch(onFailed))
}
