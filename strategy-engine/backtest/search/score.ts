// What each of many strategies did on the same candles, in the few figures that a search compares.
import type { CandleColumns } from '../../market/candle-columns.ts'
import type { Strategy } from '../../strategies/file/strategy.ts'
import { dayEndsOf, returnsOf } from '../equity.ts'
import type { Fill, Keeper } from '../fills.ts'
import { sharpeOf } from '../metrics.ts'
import { type RunInput, runKept } from '../run.ts'

export interface Score {
  /** Percent. */
  readonly totalPercent: number
  readonly drawdownPercent: number
  readonly sharpe: number | null
  /** Return / largest drawdown. */
  readonly drawdownRatio: number | null
  readonly profitFactor: number | null
  /** Closed ones. */
  readonly trades: number
}

export interface Scored extends Score {
  /** What it had done before each part of the time but the first, as if there were no later candles. */
  readonly before: readonly Score[]
}

/** The time is cut into so many parts, for a walk forward through them. */
export const PARTS = 6

/** Index of the first candle of a part, which are counted from 0. */
export function beginOf(part: number, length: number): number {
  return Math.floor((part * length) / PARTS)
}

/** So many run side by side, and share their series: as many columns as the processor's memory holds. */
const SIDE_BY_SIDE = 50

/** In the order of the strategies, which are all of the candles' market and timeframe. */
export function scoresOf(strategies: readonly Strategy[], input: RunInput): readonly Scored[] {
  const { candles, options } = input
  const days = dayEndsOf(candles.start, candles.length)
  const scores: Scored[] = []
  for (let at = 0; at < strategies.length; at += SIDE_BY_SIDE) {
    const some = strategies.slice(at, at + SIDE_BY_SIDE)
    const keep = () => new Scoring(candles, days, options.balance)
    for (const { kept } of runKept(some, input, keep)) scores.push(kept.scored())
  }
  return scores
}

// Where a `Scoring` has its sums: fields would be whole numbers until the first fraction, and what was compiled for those
// is thrown away then, for each of many fields, at the beginning of a search on each core.
const [CASH, BASE, HIGH, DEEP, WORST, WON, LOST, START, SUMS] = [0, 1, 2, 3, 4, 5, 6, 7, 8]

/** Computes the score while its account trades: keeping the fills of a long search would take too much memory. */
class Scoring implements Keeper {
  readonly #candles: CandleColumns
  readonly #days: readonly number[]
  readonly #balance: number
  /**
   * What the account has since the last fill; the highest equity, below which equity the fall is the largest so far, and
   * that fall; what closed trades have won and lost, and what there was before the one under way. Quote, but for the base
   * and the percent of the fall.
   */
  readonly #sums = new Float64Array(SUMS)
  /** Equity at the end of each day until now: of so many days. */
  readonly #equities: Float64Array
  #day = 0
  /** The first candle that was not valued yet. */
  #next = 0
  #trades = 0
  readonly #before: Score[] = []
  /** Where the next part begins, before which it is told; behind all candles where none does. */
  #begin: number

  /** `days`: the index of each day's last candle. */
  constructor(candles: CandleColumns, days: readonly number[], balance: number) {
    this.#candles = candles
    this.#days = days
    this.#balance = balance
    this.#equities = new Float64Array(days.length)
    for (const at of [CASH, HIGH, DEEP, START]) this.#sums[at] = balance
    this.#begin = beginOf(1, candles.length)
  }

  add({ at, cash, base }: Readonly<Fill>): void {
    if (at >= this.#begin) this.#tell(at)
    this.#walk(at)
    const sums = this.#sums
    sums[CASH] = cash
    sums[BASE] = base
    if (base !== 0) return
    const profit = cash - (sums[START] as number)
    if (profit > 0) sums[WON] = (sums[WON] as number) + profit
    else sums[LOST] = (sums[LOST] as number) - profit
    this.#trades += 1
    sums[START] = cash
  }

  scored(): Scored {
    const { length } = this.#candles
    this.#tell(length)
    this.#walk(length)
    return { ...this.#scoreAt(length), before: this.#before }
  }

  /** Of the candles before `to`, which were valued and nothing since. */
  #scoreAt(to: number): Score {
    const sum = (of: number) => this.#sums[of] as number
    const [worst, won, lost] = [sum(WORST), sum(WON), sum(LOST)]
    const equity = sum(CASH) + sum(BASE) * (this.#candles.close[to - 1] as number)
    const days = Array.from(this.#equities.subarray(0, this.#day), (equity) => ({ equity }))
    if (this.#days[this.#day - 1] !== to - 1) days.push({ equity })
    const totalPercent = (equity / this.#balance - 1) * 100
    return {
      totalPercent,
      drawdownPercent: worst,
      sharpe: sharpeOf(returnsOf(days, this.#balance)),
      drawdownRatio: worst === 0 ? null : totalPercent / worst,
      profitFactor: lost === 0 ? null : won / lost,
      trades: this.#trades,
    }
  }

  /** What there was before each part that begins until `to`. */
  #tell(to: number): void {
    const { length } = this.#candles
    while (this.#begin <= to) {
      this.#walk(this.#begin)
      this.#before.push(this.#scoreAt(this.#begin))
      const part = this.#before.length + 1
      this.#begin = part < PARTS ? beginOf(part, length) : length + 1
    }
  }

  /** Candles before `to`, at their closes. */
  #walk(to: number): void {
    const { close } = this.#candles
    const sums = this.#sums
    const cash = sums[CASH] as number
    const base = sums[BASE] as number
    while (this.#day < this.#days.length && (this.#days[this.#day] as number) < to) {
      this.#equities[this.#day] = cash + base * (close[this.#days[this.#day] as number] as number)
      this.#day += 1
    }
    let high = sums[HIGH] as number
    let deep = sums[DEEP] as number
    let worst = sums[WORST] as number
    // While nothing is held the equity does not change, so one candle is enough.
    const end = base === 0 ? Math.min(this.#next + 1, to) : to
    for (let i = this.#next; i < end; i++) {
      const now = cash + base * (close[i] as number)
      if (now >= high) {
        high = now
        deep = high * (1 - worst / 100)
      } else if (now < deep) {
        deep = now
        worst = ((high - now) / high) * 100
      }
    }
    sums[HIGH] = high
    sums[DEEP] = deep
    sums[WORST] = worst
    this.#next = to
  }
}
