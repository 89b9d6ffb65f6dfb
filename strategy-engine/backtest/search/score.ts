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

/** Reckons while its account trades: of a long search nothing else could be kept. */
class Scoring implements Keeper {
  readonly #candles: CandleColumns
  readonly #days: readonly number[]
  readonly #balance: number
  /** Equity at the end of each day until now. */
  readonly #equities: { readonly equity: number }[] = []
  /** The first candle that was not valued yet, and what the account has since the fill before it. */
  #next = 0
  #cash: number
  #base = 0
  #high: number
  /** Below it the fall is the largest so far. */
  #deep: number
  #worst = 0
  /** Of closed trades, quote, and what there was before the one under way. */
  #won = 0
  #lost = 0
  #trades = 0
  #start: number
  readonly #before: Score[] = []
  /** Where the next part begins, before which it is told. */
  #begin: number

  /** `days`: the index of each day's last candle. */
  constructor(candles: CandleColumns, days: readonly number[], balance: number) {
    this.#candles = candles
    this.#days = days
    this.#balance = balance
    this.#cash = balance
    this.#high = balance
    this.#deep = balance
    this.#start = balance
    this.#begin = beginOf(1, candles.length)
  }

  add({ at, cash, base }: Readonly<Fill>): void {
    this.#value(at)
    this.#cash = cash
    this.#base = base
    if (base !== 0) return
    const profit = cash - this.#start
    if (profit > 0) this.#won += profit
    else this.#lost -= profit
    this.#trades += 1
    this.#start = cash
  }

  scored(): Scored {
    const { length } = this.#candles
    this.#value(length)
    return { ...this.#scoreAt(length), before: this.#before }
  }

  /** Of the candles before `to`, which were valued and nothing since. */
  #scoreAt(to: number): Score {
    const equity = this.#base === 0 ? this.#cash : this.#cash + this.#base * this.#closeAt(to - 1)
    const isDay = this.#days[this.#equities.length - 1] === to - 1
    const days = isDay ? this.#equities : [...this.#equities, { equity }]
    const totalPercent = (equity / this.#balance - 1) * 100
    return {
      totalPercent,
      drawdownPercent: this.#worst,
      sharpe: sharpeOf(returnsOf(days, this.#balance)),
      drawdownRatio: this.#worst === 0 ? null : totalPercent / this.#worst,
      profitFactor: this.#lost === 0 ? null : this.#won / this.#lost,
      trades: this.#trades,
    }
  }

  #closeAt(i: number): number {
    return this.#candles.close[i] as number
  }

  /** Candles before `to`, and what there was before each part that begins until then. */
  #value(to: number): void {
    while (this.#begin <= to) {
      this.#walk(this.#begin)
      this.#before.push(this.#scoreAt(this.#begin))
      const part = this.#before.length + 1
      this.#begin = part < PARTS ? beginOf(part, this.#candles.length) : Number.POSITIVE_INFINITY
    }
    this.#walk(to)
  }

  /** Candles before `to`, at their closes. */

  #walk(to: number): void {
    const { close } = this.#candles
    const cash = this.#cash
    const base = this.#base
    for (let day = this.#days[this.#equities.length] ?? to; day < to; ) {
      this.#equities.push({ equity: cash + base * (close[day] as number) })
      day = this.#days[this.#equities.length] ?? to
    }
    let high = this.#high
    let deep = this.#deep
    let worst = this.#worst
    // While nothing is held one candle says it for all.
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
    this.#high = high
    this.#deep = deep
    this.#worst = worst
    this.#next = to
  }
}
