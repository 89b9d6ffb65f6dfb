// The ways out of a position that a strategy names in percent, as prices of one entry. Nothing is made per entry.
import type { ExitRules } from './candle-exits.ts'
import type { Exits } from './file/strategy.ts'

export class ExitPrices {
  readonly #rules: ReturnType<typeof withoutPrices>

  constructor(exits: Exits) {
    this.#rules = withoutPrices(exits)
  }

  /** Of the entry that was asked for last; the object is used again for the next. */
  get rules(): ExitRules {
    return this.#rules
  }

  /** Of an entry at `price`; the distances of the stops are in quote per base. */
  at(price: number, stop: number, trailing: number | null): ExitRules {
    const rules = this.#rules
    rules.stop = price - stop
    this.levelsAt(price)
    if (rules.trailingStop !== null && trailing !== null)
      rules.trailingStop.percent = (trailing / price) * 100
    return rules
  }

  levelsAt(price: number): ExitRules['takeProfits'] {
    const { takeProfits } = this.#rules
    for (const level of takeProfits) level.price = price * (1 + level.at / 100)
    return takeProfits
  }
}

function withoutPrices({ takeProfit = [], trailingStop, breakEven }: Exits) {
  return {
    stop: 0,
    takeProfits: takeProfit.map(({ at, sell, after = 0 }) => ({
      price: 0,
      at: Number(at),
      percent: Number(sell),
      after,
    })),
    trailingStop:
      trailingStop === undefined ? null : { percent: 0, from: Number(trailingStop.from ?? 0) },
    breakEven: breakEven === undefined ? null : Number(breakEven),
    // The model leaves at the close of the candle that fills it: a signal comes no earlier.
    maxHold: null,
  }
}
