// What every part of one run shares: chance, time, weather, the trace and the tally.
import { Random } from './random.ts'
import { Scheduler } from './scheduler.ts'
import { Trace } from './trace.ts'
import { Weather } from './weather.ts'

export interface Violation {
  readonly invariant: string
  readonly message: string
}

export interface Tally {
  steps: number
  crashes: number
  faults: number
  orders: number
  unknowns: number
}

export const NO_TALLY: Tally = { steps: 0, crashes: 0, faults: 0, orders: 0, unknowns: 0 }

export function add(sum: Tally, more: Tally): void {
  for (const name of Object.keys(sum) as (keyof Tally)[]) sum[name] += more[name]
}

const CHAOS_MS = 180_000
export const SETTLE_MS = 60_000
/** In some runs midnight, where the day's counter starts again, is in the middle. */
const MIDNIGHT = 1_800_057_600_000

export class Simulation {
  readonly seed: number
  readonly random: Random
  readonly scheduler: Scheduler
  readonly weather: Weather
  readonly trace: Trace
  readonly tally: Tally = { ...NO_TALLY }
  readonly start: number
  /** From here on nothing goes wrong any more. Unix ms. */
  readonly healed: number
  violation: Violation | null = null
  #troubledUntil = 0

  constructor(seed: number, print?: (line: string) => void) {
    this.seed = seed
    this.random = new Random(seed)
    this.start = MIDNIGHT + this.random.pick([-90_000, 40_000_000])
    this.healed = this.start + CHAOS_MS
    this.scheduler = new Scheduler(this.start)
    this.weather = new Weather(this.random, this.start, this.healed)
    this.trace = new Trace(print)
  }

  note(line: string): undefined {
    this.trace.note(this.scheduler.now() - this.start, line)
  }

  count(what: keyof Tally): void {
    this.tally[what] += 1
  }

  /** Something goes wrong between the device and the exchange and is over `lasts` ms later. */
  trouble(what: string, lasts: number): void {
    this.count('faults')
    this.#troubledUntil = Math.max(this.#troubledUntil, this.scheduler.now() + lasts)
    this.note(`fault: ${what}`)
  }

  isExchangeUp(): boolean {
    const now = this.scheduler.now()
    return this.#troubledUntil < now && this.weather.isCalmAtExchange(now)
  }

  /** The first violation ends the run. */
  violate(invariant: string, message: string): undefined {
    if (this.violation !== null) return
    this.note(`VIOLATED ${invariant}: ${message}`)
    this.violation = { invariant, message }
  }
}
