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

/** So many run side by side, and share their series: as many columns as the processor's memory holds. */
const SIDE_BY_SIDE = 50

/** In the order of the strategies, which are all of the candles' market and timeframe. */
export function scoresOf(strategies: readonly Strategy[], input: RunInput): readonly Score[] {
  const { candles, options } = input
  const days = dayEndsOf(candles.start, candles.length)
  const scores: Score[] = []
  for (let at = 0; at < strategies.length; at += SIDE_BY_SIDE) {
    const some = strategies.slice(at, at + SIDE_BY_SIDE)
    const keep = () => new Scoring(candles, days, options.balance)
    for (const { kept, end } of runKept(some, input, keep)) scores.push(kept.score(end.equity))
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
  #before: number

  /** `days`: the index of each day's last candle. */
  constructor(candles: CandleColumns, days: readonly number[], balance: number) {
    this.#candles = candles
    this.#days = days
    this.#balance = balance
    this.#cash = balance
    this.#high = balance
    this.#deep = balance
    this.#before = balance
  }

  add({ at, cash, base }: Readonly<Fill>): void {
    this.#value(at)
    this.#cash = cash
    this.#base = base
    if (base !== 0) return
    const profit = cash - this.#before
    if (profit > 0) this.#won += profit
    else this.#lost -= profit
    this.#trades += 1
    this.#before = cash
  }

  /** `equity`: at the end. */
  score(equity: number): Score {
    this.#value(this.#candles.length)
    const totalPercent = (equity / this.#balance - 1) * 100
    return {
      totalPercent,
      drawdownPercent: this.#worst,
      sharpe: sharpeOf(returnsOf(this.#equities, this.#balance)),
      drawdownRatio: this.#worst === 0 ? null : totalPercent / this.#worst,
      profitFactor: this.#lost === 0 ? null : this.#won / this.#lost,
      trades: this.#trades,
    }
  }

  /** Candles before `to`, at their closes. */
  #value(to: number): void {
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
