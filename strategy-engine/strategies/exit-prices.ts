// The ways out of a position that a strategy names, as prices of one entry. Nothing is made per entry.
import type { ExitRules } from './candle-exits.ts'
import type { Graph, Series } from './compile/graph.ts'
import { gainsOf } from './file/parts.ts'
import type { Exits, TakeProfitLevel } from './file/strategy.ts'

/** Percent, as a file may say at most. */
const MAX_GAIN = 1_000

export class ExitPrices {
  /** Candles before the first at which all of them are known. */
  readonly warmup: number
  readonly #rules: ReturnType<typeof withoutPrices>
  /** Above the entry, quote per base: of each take-profit level, and of break-even last; null for what is in percent. */
  readonly #gains: readonly (Series | null)[]

  /** Adds what they read to the graph. */
  constructor(exits: Exits, graph: Graph) {
    this.#rules = withoutPrices(exits)
    this.#gains = gainsOf(exits).map((gain) =>
      typeof gain === 'string' ? null : graph.series(gain.distance),
    )
    this.warmup = Math.max(0, ...this.#gains.map((series) => series?.warmup ?? 0))
  }

  /** Of the entry that was asked for last; the object is used again for the next. */
  get rules(): ExitRules {
    return this.#rules
  }

  /** At candle `i` of the block, NaN for those that are in percent. */
  gains(i: number): readonly number[] {
    return this.#gains.map((series) => series?.column[i] ?? Number.NaN)
  }

  /**
   * Of an entry at `price`, which is the close of candle `i` of the block; the distances of the stops are in quote per
   * base. Null where one is not known, or a gain is none, or too large; refused where no stop is possible above zero and
   * below the price.
   */
  at(
    price: number,
    i: number,
    stop: number,
    trailing: number | null,
  ): ExitRules | 'refused' | null {
    const far = trailing ?? stop
    if (Number.isNaN(stop) || Number.isNaN(far)) return null
    if (!(stop > 0 && stop < price && far > 0 && far < price)) return 'refused'
    const rules = this.#rules
    rules.stop = price - stop
    for (const [place, series] of this.#gains.entries()) {
      if (series === null) continue
      const gain = ((series.column[i] as number) / price) * 100
      if (!(gain > 0 && gain <= MAX_GAIN)) return null
      const level = rules.takeProfits[place]
      if (level === undefined) rules.breakEven = gain
      else level.at = gain
    }
    this.levelsAt(price)
    if (rules.trailingStop !== null && trailing !== null)
      rules.trailingStop.percent = (trailing / price) * 100
    return rules
  }

  /** Of each take-profit level of that entry, percent above its price. */
  get levels(): readonly number[] {
    return this.#rules.takeProfits.map(({ at }) => at)
  }

  /** As they were taken at an entry before: those at a distance in price are taken once. */
  set levels(percents: readonly number[]) {
    for (const [place, level] of this.#rules.takeProfits.entries())
      if (this.#gains[place]) level.at = percents[place] ?? level.at
  }

  levelsAt(price: number): ExitRules['takeProfits'] {
    const { takeProfits } = this.#rules
    for (const level of takeProfits) level.price = price * (1 + level.at / 100)
    return takeProfits
  }
}

function withoutPrices({ takeProfit = [], trailingStop, breakEven }: Exits) {
  const percent = (gain: TakeProfitLevel['at']) => (typeof gain === 'string' ? Number(gain) : 0)
  return {
    stop: 0,
    takeProfits: takeProfit.map(({ at, sell, after = 0 }) => ({
      price: 0,
      at: percent(at),
      percent: Number(sell),
      after,
    })),
    trailingStop:
      trailingStop === undefined ? null : { percent: 0, from: Number(trailingStop.from ?? 0) },
    breakEven: breakEven === undefined ? null : percent(breakEven),
    // The model leaves at the close of the candle that fills it: a signal comes no earlier.
    maxHold: null,
  }
}
