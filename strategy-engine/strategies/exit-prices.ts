// A strategy's exits as prices of one entry. No object is allocated per entry.
import type { ExitRules } from './candle-exits.ts'
import type { Graph, Series } from './compile/graph.ts'
import { gainsOf } from './file/parts.ts'
import type { Exits, TakeProfitLevel } from './file/strategy.ts'

/** Percent, as a file may say at most. */
const MAX_GAIN = 1_000

/** A percent that was calculated is said with four places: of a trailing stop rounded down, of break-even up. */
const SAID = 10_000
/** Of such a percent times that: far more than its rounding, far less than one. */
const NOISE = 1e-6

/** 10 to the power of 12, the places that the wire has. */
const UNITS = 1e12
/** Prices of fewer units are so small that the wire's last place is more than a float's rounding. */
const FEW = 1e11
/** Of so few units: far more than their rounding as floats. */
const UNIT_NOISE = 1e-4

/**
 * The decimal that the signal says: of 0.1 less 3 % a float is a last digit below 0.097, which is where the market trades.
 * Of very small prices the wire's last place is rounded up or down as the signal's is.
 */
export function signed(price: number, round: 'up' | 'down'): number {
  let units = UNITS
  for (let most = 1_000; price >= most && units > 1; most *= 10) units /= 10
  const exact = price * units
  const nearest = Math.round(exact)
  if (exact >= FEW || Math.abs(exact - nearest) < UNIT_NOISE) return nearest / units
  return (round === 'up' ? Math.ceil(exact) : Math.floor(exact)) / units
}

/** Of a time that counts from the first entry, at a safety order so much later: what is over is over at once. */
export function timeLeft(seconds: number, age: number): number {
  return Math.max(1, seconds - age)
}

export class ExitPrices {
  /** Candles before the first at which all of them are known. */
  readonly warmup: number
  readonly #rules: ReturnType<typeof withoutPrices>
  /** Whether the trailing stop is at a distance in price. */
  readonly #trails: boolean
  /** Above the entry, quote per base: of each take-profit level, and of break-even last; null for what is in percent. */
  readonly #gains: readonly (Series | null)[]

  /** Adds what they read to the graph. */
  constructor(exits: Exits, graph: Graph) {
    this.#rules = withoutPrices(exits)
    this.#trails = exits.trailingStop?.by === 'distance'
    this.#gains = gainsOf(exits).map((gain) =>
      typeof gain === 'string' ? null : graph.series(gain.distance),
    )
    this.warmup = Math.max(0, ...this.#gains.map((series) => series?.warmup ?? 0))
  }

  /** Of the entry that was asked for last; the object is used again for the next. */
  get rules(): ExitRules {
    return this.#rules
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
    rules.stop = signed(price - stop, 'up')
    if (rules.stop >= price) return 'refused'
    for (const [place, series] of this.#gains.entries()) {
      if (series === null) continue
      const gain = ((series.column[i] as number) / price) * 100
      if (!(gain > 0 && gain <= MAX_GAIN)) return null
      const level = rules.takeProfits[place]
      if (level === undefined) rules.breakEven = Math.ceil(gain * SAID - NOISE) / SAID
      else level.at = gain
    }
    this.levelsAt(price)
    if (!this.#trails || rules.trailingStop === null) return rules
    rules.trailingStop.percent = Math.floor((far / price) * 100 * SAID + NOISE) / SAID
    return rules.trailingStop.percent > 0 ? rules : 'refused'
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
    let place = 0
    for (const level of takeProfits) {
      level.price = signed(price * (1 + level.at / 100), this.#gains[place] ? 'up' : 'down')
      place += 1
    }
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
      trailingStop === undefined
        ? null
        : {
            percent: trailingStop.by === 'percent' ? Number(trailingStop.percent) : 0,
            from: Number(trailingStop.from ?? 0),
          },
    breakEven: breakEven === undefined ? null : percent(breakEven),
    // The model leaves at the close of the candle that fills it: a signal comes no earlier.
    maxHold: null,
  }
}
