// Time as an argument: the interface, and the system clock.

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
