// Time as an argument: the interface, the system clock, and a wait that has an end.

export type Cancel = () => void

export interface Clock {
  /** Unix milliseconds. */
  now(): number
  after(ms: number, run: () => void): Cancel
  every(ms: number, run: () => void): Cancel
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
  every: (ms, run) => {
    const timer = setInterval(run, ms)
    return () => clearInterval(timer)
  },
}

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
