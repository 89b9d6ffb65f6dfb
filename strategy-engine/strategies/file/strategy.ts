// What a strategy file says, once it is read and found right.
import type { Signal } from '@keyside/protocol'
import type { Timeframe } from '../../market/candle.ts'
import type { Condition, Numeric, TradeWord, Tree } from '../rules/tree.ts'

/** One of several rules for the same thing. */
export interface Rule {
  /** What the file calls it; null for the only one. */
  readonly name: string | null
  readonly condition: Condition
}

/** `risk` is the percent of the allocation that is lost at the stop; the decision makes a percent of the allocation of it, at most 100. */
export type Size = Signal['size'] | { readonly unit: 'risk'; readonly value: string }

/** Below the entry price. `distance` is in quote per base, its text as the file has it. */
export type Stop =
  | { readonly by: 'percent'; readonly percent: string }
  | { readonly by: 'distance'; readonly distance: Numeric; readonly text: string }

/** In quote per base, above the entry's price; taken once, at the entry. */
export interface PriceDistance {
  readonly distance: Numeric
  /** As the file has it. */
  readonly text: string
}

/** A safety order: bought once a position, when its rule holds while long. */
export interface Addition {
  readonly condition: Condition
  /** In the unit of the strategy's own size. */
  readonly size: Signal['size']
}

/** While long: where the stop belongs, quote per base, when a rule holds. It is moved up and never down. */
export interface StopMove {
  /** Always, where it is null. */
  readonly condition: Condition | null
  readonly to: Numeric
}

/** A level of the take-profit levels: so far above the entry, so much of the position in percent. */
export interface TakeProfitLevel {
  /** Percent, which may be 0 where `after` is given. */
  readonly at: string | PriceDistance
  readonly sell: string
  /** It counts so long after the first fill, seconds, at least 1. */
  readonly after?: number | undefined
}

/** `from`: the gain in percent from which on it counts. The distance is taken once, at the entry, as a percent of its price. */
export type TrailingStop = Stop & { readonly from?: string | undefined }

/** Exits that the device makes by itself; sent with each entry. */
export interface Exits {
  readonly takeProfit?: readonly TakeProfitLevel[] | undefined
  readonly trailingStop?: TrailingStop | undefined
  /** Percent, or a distance. */
  readonly breakEven?: string | PriceDistance | undefined
  /** Seconds. */
  readonly maxHold?: number | undefined
}

/** What a search may try; `value` counts without one. In `unit`: 2 % is 2, a duration is in seconds. */
export interface Param {
  readonly value: number
  readonly unit: 'number' | 'percent' | 'duration'
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly step?: number | undefined
}

/** What rules may know of the position that they leave. */
export type Held = Readonly<Record<TradeWord, number>>

/** Rules that are code: a file in TypeScript. In place of `enter` and `exit`. */
export interface Code {
  /** What it reads, in the order of the values that it is given. */
  readonly reads: readonly Tree[]
  /**
   * Starts fresh, with nothing remembered. `held`: the position at the candle in question; null for none. `again`:
   * each answer is asked for several times at many candles, and the last one counts.
   */
  begin(held: () => Held | null, again?: boolean): CodeRun
  /** Runs what asks it many times. Throws `strategy_failed` when that does not come to an end. */
  within<T>(run: () => T): T
}

/** Asked candle by candle, in their order, none left out. A condition is 1 or 0; NaN is unknown. */
export interface CodeRun {
  /** Whether the candle enters. `closed`: when it closed, Unix seconds. */
  enter(values: Float64Array, closed: number): number
  /** Whether the same candle leaves; asked while something is held. */
  exit(held: Held): number
  /** Where an answer comes later than it was asked for: given the place where the model looks for that of `enter`. */
  readonly answersInto?: (column: Float64Array) => void
  /** Why, in one ASCII line. */
  readonly entryReason: string
  readonly exitReason: string
  /** Of the last entry: how far below the price the stop is, quote per base; null for what the file says. */
  readonly stop: number | null
  /** Of the last entry: how much of the size, above 0 and at most 1. */
  readonly part: number
}

export interface Strategy {
  /** Also the stream's id. */
  readonly name: string
  /** What the stream is given out with. */
  readonly plan?: string | undefined
  readonly market: string
  readonly timeframe: Timeframe
  /** Any of them enters; the first that holds gives the reason. None where there are alerts alone. */
  readonly enter: readonly Rule[]
  /** None where stop, take-profits, trailing stop or longest time end every position. */
  readonly exit: readonly Rule[]
  readonly size: Size
  readonly stop: Stop
  readonly exits: Exits
  /** In this order, at most one a candle. */
  readonly adds: readonly Addition[]
  /** The highest of those that hold counts. */
  readonly moves: readonly StopMove[]
  /** After an exit nothing is entered for so long, seconds; 0 for none. */
  readonly cooldown: number
  /** Rules without an order: said when they begin to hold. */
  readonly alerts: readonly Rule[]
  /** How long an entry stays a good idea, counted from the close of its candle, seconds. */
  readonly validFor: number
  readonly params: Readonly<Record<string, Param>>
  /** In a rule file there is none. */
  readonly code?: Code | undefined
}

/** What is wrong, and where. */
export interface Problem {
  /** From 1, like the column. */
  readonly line: number
  readonly column: number
  /** A sentence, with the key it is about in front. */
  readonly message: string
  /** The line, and under it a caret under the place. */
  readonly excerpt: string
}
