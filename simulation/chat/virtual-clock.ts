// Time that stands still while anything is being done, and then jumps to what is due next.
import type { Cancel, Clock } from '../../runtime/index.ts'

interface Timer {
  at: number
  readonly number: number
  readonly run: () => void
}

export class VirtualClock implements Clock {
  #now: number
  #number = 0
  readonly #timers = new Set<Timer>()

  /** Unix ms. */
  constructor(start: number) {
    this.#now = start
  }

  now(): number {
    return this.#now
  }

  after(ms: number, run: () => void): Cancel {
    const timer = { at: this.#now + Math.max(0, Math.round(ms)), number: this.#count(), run }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  every(ms: number, run: () => void): Cancel {
    let cancel: Cancel = () => {}
    const again = () => {
      cancel = this.after(ms, () => {
        again()
        run()
      })
    }
    again()
    return () => cancel()
  }

  /** Resolves after this many ms. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve))
  }

  /** `isBusy`: something is being done that takes no time of this clock. */
  async runUntil(end: number, isBusy: () => boolean): Promise<void> {
    for (;;) {
      do await new Promise(setImmediate)
      while (isBusy())
      const next = this.#next()
      if (next === null || next.at > end) break
      this.#timers.delete(next)
      this.#now = next.at
      next.run()
    }
    this.#now = end
  }

  #next(): Timer | null {
    let first: Timer | null = null
    for (const timer of this.#timers)
      if (
        first === null ||
        timer.at < first.at ||
        (timer.at === first.at && timer.number < first.number)
      )
        first = timer
    return first
  }

  #count(): number {
    this.#number += 1
    return this.#number
  }
}
