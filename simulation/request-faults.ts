// The simulation's fault schedule: what becomes of a request, as its windows and the seed say.
import type { Fill } from '../executor/core/model/exchange.ts'
import type { FaultSchedule, RequestFate, VenueRequest } from '../venue/index.ts'
import type { FaultKind } from './base/fault-windows.ts'
import {
  lateBy,
  MAX_LAG_MS,
  PLACE_FAULTS,
  type PlaceFault,
  READ_FAULTS,
  shuffled,
} from './faults.ts'
import type { Simulation } from './simulation.ts'

/** In place of the truth: nothing is known, or the money is not there. */
export type FalseAnswer = 'unknown' | 'no_funds'

export interface RequestHandlers<T> {
  /** At the venue. */
  readonly arrive: (fate: RequestFate<FalseAnswer>) => T
  readonly instead: (answer: FalseAnswer, fault: string) => T
  /** Called before anything leaves the device and when an answer comes; false when the process is gone. */
  readonly survives: (where: string) => boolean
}

type Fate = RequestFate<FalseAnswer>

export class RequestFaults implements FaultSchedule<FalseAnswer> {
  readonly #simulation: Simulation

  constructor(simulation: Simulation) {
    this.#simulation = simulation
  }

  isOut(): boolean {
    return this.strength('outage') > 0
  }

  strength(kind: FaultKind): number {
    const { faultWindows, scheduler } = this.#simulation
    return faultWindows.strength(kind, scheduler.now())
  }

  /** The request is on its way, arrives or does not, and the device hears of it or does not. */
  travel<T>(request: VenueRequest, { arrive, instead, survives }: RequestHandlers<T>): Promise<T> {
    const isOrder = request.kind === 'order'
    if (!survives(isOrder ? 'before the order leaves' : 'before a question leaves'))
      return new Promise(() => undefined)
    const { scheduler } = this.#simulation
    if (isOrder) this.#simulation.count('orders')
    const fate = this.fate(request)
    const { name, arrivesAfter, answersAfter, answer } = fate
    const arrived: T[] = []
    if (arrivesAfter !== null) scheduler.after(arrivesAfter, () => arrived.push(arrive(fate)))
    const lasts = Math.max(answersAfter ?? 0, arrivesAfter ?? 0)
    if (name !== '') this.#simulation.trouble(name, request.about, lasts)
    return new Promise((done) => {
      if (answersAfter === null) return
      scheduler.after(answersAfter, () => {
        if (!survives('in flight')) return
        if (answer !== null) done(instead(answer, name))
        else for (const truth of arrived) done(truth)
      })
    })
  }

  fate({ kind }: VenueRequest): Fate {
    return kind === 'order' ? this.#ofOrder() : this.#ofRead()
  }

  #ofOrder(): Fate {
    const { random } = this.#simulation
    const trip = this.#trip()
    if (random.chance(this.strength('poor')))
      return { ...nothing(trip), name: 'rejected', arrivesAfter: null, answer: 'no_funds' }
    if (this.isOut()) return this.#faulty('connect refused', trip)
    if (random.chance(this.strength('orders')))
      return this.#faulty(random.pick(PLACE_FAULTS).name, trip)
    return nothing(trip)
  }

  #faulty(name: string, trip: number): Fate {
    const { random } = this.#simulation
    const { taken, heardAfter } = PLACE_FAULTS.find((one) => one.name === name) as PlaceFault
    return {
      name,
      arrivesAfter: { yes: trip, rejected: trip, late: lateBy(random), no: null }[taken],
      answersAfter: random.between(...heardAfter),
      answer: 'unknown',
      effects: taken === 'rejected' ? { status: 'rejected' } : {},
    }
  }

  #ofRead(): Fate {
    const { random } = this.#simulation
    const trip = this.#trip()
    if (!this.isOut() && !random.chance(this.strength('reads'))) return nothing(trip)
    const fault = this.isOut() ? READ_FAULTS[0] : random.pick(READ_FAULTS)
    if (fault === undefined) throw new Error('there are no faults')
    return {
      ...nothing(trip),
      name: fault.name,
      arrivesAfter: fault.reached === 'yes' ? trip : null,
      answersAfter: random.between(...fault.heardAfter),
      answer: 'unknown',
    }
  }

  /** One way, ms. */
  #trip(): number {
    return this.#simulation.random.between(3, 120)
  }

  /** Fills in another order, and some twice, while answers lag. */
  jumbled(fills: Fill[]): Fill[] {
    const { random } = this.#simulation
    if (this.strength('lag') === 0 || fills.length === 0) return fills
    const twice = random.chance(0.5)
    if (twice) this.#simulation.fault('fills twice')
    if (fills.length > 1) this.#simulation.fault('fills out of order')
    return shuffled(random, twice ? [...fills, ...fills] : fills)
  }

  /** The true time that an answer shows. */
  asOf(): number {
    const { random, scheduler } = this.#simulation
    if (!random.chance(this.strength('lag'))) return scheduler.now()
    const lag = random.between(0, MAX_LAG_MS)
    this.#simulation.trouble('seen late', '', lag)
    return scheduler.now() - lag
  }
}

/** The request arrives, and after as long again the answer is here. */
function nothing(trip: number): Fate {
  return { name: '', arrivesAfter: trip, answersAfter: 2 * trip, answer: null, effects: {} }
}
