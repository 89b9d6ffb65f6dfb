// Promises about ways out: no stop comes down or is moved by another stream, no level is sold twice, and what is written off was too little to sell.

import type { FactOf, JournalEvent } from '../executor/core/model/events.ts'
import type { NewOrder } from '../executor/core/model/order.ts'
import { positionKey } from '../executor/core/model/position.ts'
import { amountUnits, priceUnits, valueUnits } from './base/units.ts'
import type { GroundTruth, TakenOrder } from './ground-truth.ts'
import type { Ledger } from './ledger.ts'
import { MARKETS } from './market.ts'
import type { Simulation } from './simulation.ts'

/** The exit's collar, and how far a price may move before the device has seen it. */
const MARGIN = 1.15

export class Exits {
  readonly #simulation: Simulation
  readonly #ledger: Ledger
  readonly #truth: GroundTruth
  /** Highest trigger of each position's stops since its newest entry. */
  readonly #triggers = new Map<string, number>()
  /** The stream whose signal was taken last, or whose missed ones were made up for. */
  #heard = ''
  /** Levels that sold something, with the entry whose they are. */
  readonly #sold = new Map<string, string>()

  constructor(simulation: Simulation, ledger: Ledger, truth: GroundTruth) {
    this.#simulation = simulation
    this.#ledger = ledger
    this.#truth = truth
  }

  /** The exchange has taken an order. */
  onTaken({ wire }: TakenOrder): undefined {
    if (wire.triggerPrice === undefined) return
    const { seed } = this.#ledger.known(wire.clientOrderId)
    const key = `${seed.signal} ${seed.intent.market}`
    const before = this.#triggers.get(key) ?? 0
    const trigger = priceUnits(wire.triggerPrice)
    if (trigger < before)
      this.#simulation.violate('a stop is never lowered', `${key}: ${before} to ${trigger}`)
    this.#triggers.set(key, trigger)
  }

  onFact(fact: JournalEvent): undefined {
    if (fact.type === 'signal' || fact.type === 'gap_closed') this.#heard = fact.stream
    if (fact.type === 'stop_moved') this.#onMoved(fact)
    if (fact.type === 'fill') this.#onFill(fact.clientOrderId)
    if (fact.type === 'written_off') this.#onWrittenOff(fact.position, fact.amount)
  }

  /** What of it is not sold yet in the same commit. */
  #onMoved({ position: key, stop, why }: FactOf<'stop_moved'>): undefined {
    if (why === 'signal' && !key.startsWith(`${this.#heard} `))
      this.#simulation.violate('a signal moves the stops of its own stream', key)
    if (why === 'signal') this.#simulation.fault('stop moved by a signal', key)
    const position = this.#ledger.portfolio.positions[key]
    if (position === undefined) return
    const highest = this.#triggers.get(`${position.signal} ${position.market}`) ?? 0
    if (priceUnits(stop) < highest)
      this.#simulation.violate('a stop is never lowered', `${key}: ${highest} to ${stop}, ${why}`)
  }

  #onFill(clientOrderId: string): undefined {
    const { seed } = this.#ledger.known(clientOrderId)
    // What comes of the same entry after all was sold is another position, whose stop begins anew.
    if (this.#ledger.portfolio.positions[positionKey(seed)] === undefined)
      this.#triggers.delete(`${seed.signal} ${seed.intent.market}`)
    for (const each of seed.takeProfitLevels ?? []) this.#onLevel(seed, each, clientOrderId)
  }

  #onLevel({ stream, intent, signal }: NewOrder, at: number, clientOrderId: string): undefined {
    const level = `${stream} ${intent.market} ${signal} ${at}`
    const seller = this.#sold.get(level) ?? clientOrderId
    if (seller !== clientOrderId)
      this.#simulation.violate(
        'each take-profit level is sold once',
        `${level} by ${clientOrderId}`,
      )
    this.#sold.set(level, clientOrderId)
  }

  /** At the bid: what could be sold and has no stop is sold. */
  #onWrittenOff(key: string, amount: string): undefined {
    const [, market = ''] = key.split(' ')
    const rules = MARKETS.find((one) => one.market === market)
    const bid = this.#truth.market(market).bid(this.#simulation.scheduler.now())
    const isSellable =
      amountUnits(amount) >= amountUnits(rules?.minAmount ?? '0') &&
      amountUnits(amount) * bid > valueUnits(rules?.minValue ?? '0') * MARGIN
    if (isSellable)
      this.#simulation.violate('only what is too little to sell is written off', `${key} ${amount}`)
  }
}
