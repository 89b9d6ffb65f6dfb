// What every part of one run shares: randomness, time, fault windows, the trace and the tally.

import { FaultWindows } from './base/fault-windows.ts'
import { apart, Random } from './base/random.ts'
import { Scheduler } from './base/scheduler.ts'
import { type Counted, countName, newTally, type Tally } from './base/tally.ts'
import { Trace } from './base/trace.ts'

export interface Violation {
  readonly invariant: string
  readonly message: string
}

/** How long things go wrong: mostly short and dense; what takes its time, such as drift, is found in the long ones. */
const CHAOS_MS = [20_000, 20_000, 40_000, 150_000]
export const SETTLE_MS = 60_000
/** In half of all runs midnight, where the day's counter starts again, is in the middle. */
const MIDNIGHT = 1_800_057_600_000

export class Simulation {
  readonly seed: number
  readonly random: Random
  readonly scheduler: Scheduler
  readonly faultWindows: FaultWindows
  readonly trace: Trace
  readonly tally: Tally = newTally()
  readonly start: number
  /** From here on nothing goes wrong any more. Unix ms. */
  readonly healed: number
  violation: Violation | null = null
  #troubledUntil = 0

  constructor(seed: number, print?: (line: string) => void) {
    this.seed = seed
    this.random = new Random(seed)
    const chaos = this.random.pick(CHAOS_MS)
    this.start = MIDNIGHT + this.random.pick([-chaos / 2, 40_000_000])
    this.healed = this.start + chaos
    this.scheduler = new Scheduler(this.start)
    this.faultWindows = new FaultWindows(this.random, this.start, this.healed)
    this.trace = new Trace(print)
  }

  /** Chance for one matter of its own. */
  apart(matter: string): Random {
    return apart(this.seed, matter)
  }

  note(line: string): undefined {
    this.trace.note(this.scheduler.now() - this.start, line)
  }

  count(what: Counted): void {
    this.tally[what] += 1
  }

  /** `name` is counted, `about` is only told. */
  fault(name: string, about = ''): undefined {
    countName(this.tally.faults, name)
    this.note(`fault: ${name}${about === '' ? '' : `, ${about}`}`)
  }

  crash(where: string): undefined {
    countName(this.tally.crashes, where)
    this.note(`CRASH ${where}`)
  }

  /** Something goes wrong between the device and the exchange and is over `lasts` ms later. */
  trouble(name: string, about: string, lasts: number): void {
    this.#troubledUntil = Math.max(this.#troubledUntil, this.scheduler.now() + lasts)
    this.fault(name, about)
  }

  isExchangeUp(): boolean {
    const now = this.scheduler.now()
    return this.#troubledUntil < now && this.faultWindows.isCalmAtExchange(now)
  }

  /** The first violation ends the run. */
  violate(invariant: string, message: string): undefined {
    if (this.violation !== null) return
    this.note(`VIOLATED ${invariant}: ${message}`)
    this.violation = { invariant, message }
  }
}
