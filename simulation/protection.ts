// I5: no position without a resting stop for more than 5 s while the exchange is up.
import { type Position, positionKey } from '../executor/core/model/position.ts'
import { planStop } from '../executor/core/risk/plan/stop.ts'
import { AMOUNT_PLACES, decimal } from './base/units.ts'
import type { Device } from './device.ts'
import { MAX_LAG_MS, TIMEOUT_MS } from './faults.ts'
import { type GroundTruth, restingStop, thereFor } from './ground-truth.ts'
import type { Ledger } from './ledger.ts'
import { MARKETS } from './market.ts'
import type { Simulation } from './simulation.ts'

const NAKED_MS = 5_000
/** Of a position that does not sell at any price within the collar. */
const UNSOLD_MS = 65_000
/** Until the device has seen what went, or came back. */
const COUNTED_MS = 12_000
/** From the first word that a stop is missing until that is believed: views lag, one question is not answered, it is asked again. */
const MISSED_MS = MAX_LAG_MS + TIMEOUT_MS + 7_000
/** What stands between a position and its stop for a good reason, each of them told to the trader. */
const LEAVING = [
  'canceling_stop',
  'initialized',
  'submitted',
  'unknown',
  'accepted',
  'partially_filled',
  'awaiting_fills',
]

export class Protection {
  readonly #simulation: Simulation
  readonly #truth: GroundTruth
  readonly #ledger: Ledger
  /** Since when each position is naked, Unix ms. */
  readonly #naked = new Map<string, number>()
  /** When the exchange was in trouble last, Unix ms. */
  #troubledAt = 0

  constructor(simulation: Simulation, truth: GroundTruth, ledger: Ledger) {
    this.#simulation = simulation
    this.#truth = truth
    this.#ledger = ledger
  }

  check(running: ReturnType<Device['running']>): void {
    const now = this.#simulation.scheduler.now()
    if (running === null || !this.#simulation.isExchangeUp()) {
      this.#naked.clear()
      this.#troubledAt = now
      return
    }
    for (const [key, position] of Object.entries(this.#ledger.portfolio.positions)) {
      if (!this.isNaked(key, position)) {
        this.#naked.delete(key)
        continue
      }
      const since = this.#naked.get(key) ?? now
      this.#naked.set(key, since)
      if (now - since > this.#patience(position))
        this.#simulation.violate('I5 no position without a stop for 5 s', key)
    }
  }

  /** A sale that brought nothing was told. */
  #patience({ failures }: Position): number {
    return failures.exit.times > 0 ? UNSOLD_MS : NAKED_MS
  }

  isNaked(key: string, position: Position): boolean {
    const { stream, market } = position
    if (position.stop === null || this.#isBeingCounted(market)) return false
    // Its stop may have sold, and the device does not know yet.
    const there = decimal(thereFor(this.#truth, this.#ledger, stream, market), AMOUNT_PLACES)
    if (this.#isHeldUp(key) || !canBeStopped({ ...position, amount: there })) return false
    return restingStop(this.#truth, this.#ledger, stream, market) === undefined
  }

  #isBeingCounted(market: string): boolean {
    return this.#simulation.scheduler.now() - this.#truth.touchedAt(market) < COUNTED_MS
  }

  /** By an exit that has the turn, by an unknown order of its own, or by one that the exchange has just forgotten. */
  #isHeldUp(key: string): boolean {
    return Object.values(this.#ledger.portfolio.orders).some(
      (order) =>
        positionKey(order) === key &&
        (order.state === 'unknown' ||
          (order.kind === 'stop' && this.#isMissed(order.clientOrderId)) ||
          (order.kind === 'exit' && LEAVING.includes(order.state))),
    )
  }

  #isMissed(clientOrderId: string): boolean {
    const at = this.#truth.forgottenAt(clientOrderId)
    if (at === null) return false
    return this.#simulation.scheduler.now() - Math.max(at, this.#troubledAt) < MISSED_MS
  }
}

/** What is left over may be too small for any order. */
function canBeStopped({ market, amount, stop }: Position): boolean {
  const rules = MARKETS.find((one) => one.market === market)
  if (rules === undefined || stop === null) return false
  const clientOrderId = '0'.repeat(32)
  const about = { rules, stop, filled: amount, feeInBase: '0', collar: '2', clientOrderId }
  return planStop(about).ok
}
