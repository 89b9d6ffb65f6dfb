// A clock that tests and the control page can set, over a running or a stopped one.
import type { Cancel, Clock } from '@keyside/runtime'
import { systemClock } from '@keyside/runtime'

export interface ManualClock extends Clock {
  /** Jumps to a Unix time in milliseconds; timers due by then fire once, before this returns. */
  set(ms: number): void
  /** Jumps by milliseconds, backwards too. */
  advance(ms: number): void
}

interface Timer {
  due: number
  readonly period: number | undefined
  readonly run: () => void
}

/** A time that stands still at `at` (Unix ms): the base of a clock that moves only when it is set. */
export function stoppedClock(at: number): Clock {
  const never = () => () => {}
  return { now: () => at, after: never, every: never }
}

/** Setting it is a jump, not a fast-forward: a timer that was due several times in between fires once. */
export function manualClock(base: Clock = systemClock): ManualClock {
  const timers = new Set<Timer>()
  let offset = 0
  let disarm: Cancel = () => {}

  const now = () => base.now() + offset

  function arm(): void {
    disarm()
    if (timers.size === 0) return
    const next = Math.min(...[...timers].map((timer) => timer.due))
    disarm = base.after(Math.max(0, next - now()), fire)
  }

  function fire(): void {
    const at = now()
    const due = [...timers].filter((timer) => timer.due <= at).sort((a, b) => a.due - b.due)
    for (const timer of due) {
      if (!timers.has(timer)) continue
      if (timer.period === undefined) timers.delete(timer)
      else timer.due = at + timer.period
      timer.run()
    }
    arm()
  }

  function schedule(ms: number, run: () => void, period?: number): Cancel {
    const timer: Timer = { due: now() + ms, run, period }
    timers.add(timer)
    arm()
    return () => {
      timers.delete(timer)
      arm()
    }
  }

  function advance(ms: number): void {
    offset += ms
    fire()
  }

  return {
    now,
    after: (ms, run) => schedule(ms, run),
    every: (ms, run) => schedule(ms, run, ms),
    set: (ms) => advance(ms - now()),
    advance,
  }
}
