// Arms the exchange's faults for a run, and counts those that befell a request.
import type { ExchangeFaultName, ExchangeFaultSetup, SandboxExchange } from '@keyside/sandbox'

/** These need no request: they are there at once. */
const AT_ONCE: readonly ExchangeFaultName[] = ['refuse-connect', 'clock-skew']
/** Of many that wait for a request, none would ever be answered, and nothing more would be ordered. */
const MAX_WAITING = 3

export class FaultTally {
  readonly #faults: SandboxExchange['faults']
  readonly #times = new Map<ExchangeFaultName, number>()
  #armed: readonly ExchangeFaultSetup[] = []

  constructor(faults: SandboxExchange['faults']) {
    this.#faults = faults
  }

  /** Besides the last that no request has met so far: an executor that was killed early asks later. */
  arm(setups: readonly ExchangeFaultSetup[]): void {
    const waiting = this.#faults.armed.filter(({ name }) => !AT_ONCE.includes(name))
    const leftOver = waiting
      .slice(-MAX_WAITING)
      .map(({ left, ...setup }) => ({ ...setup, count: left }))
    this.disarm()
    this.#armed = [...leftOver, ...setups]
    for (const setup of this.#armed) this.#faults.arm(setup)
  }

  disarm(): void {
    for (const name of new Set(this.#armed.map((setup) => setup.name)))
      this.#times.set(name, (this.#times.get(name) ?? 0) + this.#befell(name))
    this.#armed = []
    this.#faults.disarm()
  }

  #befell(name: ExchangeFaultName): number {
    if (AT_ONCE.includes(name)) return 1
    const armed = this.#armed.filter((setup) => setup.name === name)
    const left = this.#faults.armed.filter((one) => one.name === name)
    return sum(armed.map(({ count }) => count ?? 1)) - sum(left.map((one) => one.left))
  }

  /** How often each befell a request, by name. */
  times(): ReadonlyMap<ExchangeFaultName, number> {
    return this.#times
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0)
}
