// The access tokens of a home's own programs, while it runs.
import type { Cancel, Clock } from '@keyside/runtime/base'

/** How often a program that runs is given a new one: it is read when the broker ends the connection of the old one. */
const RENEW_MS = 86_400_000
/** Timers stand still while a device sleeps, and know nothing of a clock that leaps: what is due is seen this soon after. */
const LOOK_MS = 60_000

/** Each day by the clock, which ends a token. What cannot be renewed is tried again on the next. */
export function keepTokensFresh(
  clock: Pick<Clock, 'now' | 'every'>,
  renew: () => Promise<unknown>,
  onFailed: (error: unknown) => void,
): Cancel {
  let renewedAt = clock.now()
  return clock.every(LOOK_MS, () => {
    // A clock that was set back has tokens from tomorrow.
    if (Math.abs(clock.now() - renewedAt) < RENEW_MS) return
    renewedAt = clock.now()
    void renew().catch(onFailed)
  })
}
