// The device's clock, which the fault windows set wrong and right again.
import type { Simulation } from './simulation.ts'

/** Ms. */
const ERRORS = [-3_000, -1_500, -700, 700, 1_500, 3_000]
/** From one of them to another. */
const MAX_ERROR_MS = 6_000
const JUMPS = [-93_600_000, -7_200_000, -50_000, 50_000, 120_000, 7_200_000, 18_000_000]

export class DeviceClock {
  readonly #simulation: Simulation
  /** Its error from a true time on, newest first. */
  readonly #offsets: { from: number; ms: number }[] = []

  constructor(simulation: Simulation) {
    this.#simulation = simulation
  }

  run(onSetRight: () => void): void {
    const { faultWindows, scheduler, random, start } = this.#simulation
    for (const kind of ['clock', 'jump'] as const)
      for (const { from, to } of faultWindows.periods(kind)) {
        const offset = random.pick(kind === 'clock' ? ERRORS : JUMPS)
        scheduler.after(from - start, () => this.#set(offset))
        scheduler.after(to - start, () => this.#set(0) && onSetRight())
      }
  }

  #set(ms: number): boolean {
    const now = this.#simulation.scheduler.now()
    const before = this.#errorAt(now)
    if (ms === before) return false
    this.#offsets.unshift({ from: now, ms })
    const name = ms === 0 ? 'clock set right' : Math.abs(ms) > 3_000 ? 'clock jump' : 'clock off'
    this.#simulation.trouble(name, `${ms} ms`, unnoticedMs(before - ms))
    return true
  }

  #errorAt(at: number): number {
    return this.#offsets.find(({ from }) => from <= at)?.ms ?? 0
  }

  /** Unix ms. */
  now(): number {
    return this.at(this.#simulation.scheduler.now())
  }

  /** What it showed at a true time. */
  at(time: number): number {
    return time + this.#errorAt(time)
  }

  /** True when it was set less than `ms` ago. */
  wasJustSet(ms: number): boolean {
    return (this.#offsets[0]?.from ?? 0) > this.#simulation.scheduler.now() - ms
  }
}

/** What waits by a clock that is set back by little waits longer by as much; by more, and the device sees it and asks anew. */
function unnoticedMs(back: number): number {
  return back > 0 && back <= MAX_ERROR_MS ? back : 0
}

/** How long a measurement counts, ms. */
const SKEW_LIFE_MS = 180_000

/** The exchange's time less the device's, as the device last measured it, with an error of its own. */
export class MeasuredSkew {
  readonly #simulation: Simulation
  readonly #now: () => number
  #measured: { ms: number; at: number } | null = null

  /** `now` is the device's clock, Unix ms. */
  constructor(simulation: Simulation, now: () => number) {
    this.#simulation = simulation
    this.#now = now
  }

  measure(): void {
    const { random, scheduler } = this.#simulation
    const error = random.between(-40, 40)
    const at = this.#now()
    this.#measured = { ms: scheduler.now() - at + error, at }
  }

  /** Null when it was never measured, or too long ago. */
  ms(): number | null {
    if (this.#measured === null || Math.abs(this.#now() - this.#measured.at) > SKEW_LIFE_MS)
      return null
    return this.#measured.ms
  }
}
