// Time in steps as the attacker lets it pass: between two actions nothing else happens.
import type { Cancel, Clock } from '../../runtime/index.ts'
import { drained, repeat } from '../base/scheduler.ts'

interface Timer {
  readonly at: number
  readonly run: () => void
}

export class TimeSteps implements Clock {
  #now: number
  #timers = new Set<Timer>()
  /** Timers that ran. */
  steps = 0

  constructor(start: number) {
    this.#now = start
  }

  /** Unix ms. */
  now(): number {
    return this.#now
  }

  after(ms: number, run: () => void): Cancel {
    const timer = { at: this.#now + ms, run }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  every(ms: number, run: () => void): Cancel {
    return repeat(this, ms, run)
  }

  /** What was due on the way runs at the end of it, each timer once, with every promise that follows. */
  async pass(ms: number): Promise<void> {
    this.#now += ms
    await drained()
    for (const timer of [...this.#timers].sort((a, b) => a.at - b.at)) {
      if (timer.at > this.#now || !this.#timers.delete(timer)) continue
      this.steps += 1
      timer.run()
      await drained()
    }
  }
}
