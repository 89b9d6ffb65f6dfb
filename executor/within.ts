// A wait that has an end.
import type { Cancel, Clock } from '@keyside/runtime'

/** Goes on when `work` is done or `ms` are over; rejects as `work` does. */
export async function within(
  ms: number,
  work: Promise<unknown>,
  clock: Pick<Clock, 'after'>,
): Promise<void> {
  let cancel: Cancel = () => undefined
  const timeout = new Promise<void>((done) => {
    cancel = clock.after(ms, done)
  })
  try {
    await Promise.race([work, timeout])
  } finally {
    cancel()
  }
}
