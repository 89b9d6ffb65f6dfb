// What a rule means: a tree of numbers and conditions. Names of `let` and `params` are resolved in it.
import type { PriceName } from '../../indicators/kernel.ts'
import type { Timeframe } from '../../market/candle.ts'

export const ARITHMETIC = ['+', '-', '*', '/'] as const
export const COMPARISONS = ['<', '<=', '>', '>='] as const
export const CROSSINGS = ['crossover', 'crossunder'] as const
export const JOINING = ['and', 'or', 'not'] as const
/** `log` is the natural one. `round` to a whole number, halves up. `sign` is -1, 0 or 1. `pow(x, n)` is x to the n. */
export const FUNCTIONS = [
  'abs',
  'min',
  'max',
  'round',
  'floor',
  'ceil',
  'sign',
  'sqrt',
  'log',
  'exp',
  'pow',
] as const
/**
 * Of the stream's own model position. `entry` is its price, the average where it was added to; `profit` the close above
 * it, in percent; `age` since the close of the first entry's candle, seconds. Highest and lowest prices, and the count,
 * are of the candles after the first entry's; 0 candles and the entry's price before there are any. In `exit`, `add` and `move_stop`.
 */
export const TRADE_WORDS = [
  'entry',
  'first entry',
  'profit',
  'age',
  'highest since entry',
  'lowest since entry',
  'candles since entry',
] as const
/** UTC, at the candle's close: hour 0 to 23, minute 0 to 59, weekday 1 (Monday) to 7, day of the month 1 to 31. */
export const TIME_WORDS = ['hour', 'minute', 'weekday', 'day'] as const
/** How far back x[n] reaches. */
export const MAX_AGO = 1_000

export type ArithmeticOperator = (typeof ARITHMETIC)[number]
export type Comparison = (typeof COMPARISONS)[number]
export type Crossing = (typeof CROSSINGS)[number]
export type FunctionName = (typeof FUNCTIONS)[number]
export type TradeWord = (typeof TRADE_WORDS)[number]
type TimeWord = (typeof TIME_WORDS)[number]

/** A written number. `value`: 2 % is 2, a duration is in seconds, never negative. `text` is how it is written. */
export interface Literal {
  readonly is: 'number'
  readonly value: number
  readonly unit: 'number' | 'percent' | 'duration'
  readonly text: string
}

interface IndicatorCall<Is extends string> {
  readonly is: Is
  readonly name: string
  /** Every one, defaults filled in. */
  readonly parameters: readonly number[]
  /** Null: the candle's own prices; the close, for one over a series. */
  readonly input: Tree | null
  /** Index of its output. */
  readonly output: number
}

/** A value so many candles before. */
interface Ago<Of> {
  readonly is: 'ago'
  readonly of: Of
  readonly candles: number
}

/** A value so many candles before, where the number of them is of the position. */
interface Past<Of> {
  readonly is: 'past'
  readonly of: Of
  readonly candles: Numeric
}

/** A value of another timeframe, another market, or both: as of the last candle there that had closed. Never nested. */
interface Elsewhere<Of> {
  readonly is: 'elsewhere'
  readonly of: Of
  /** Null: the strategy's own. Otherwise a longer one, a multiple of it. */
  readonly timeframe: Timeframe | null
  /** Null: the strategy's own. */
  readonly market: string | null
}

interface Pair<Is extends string, Operator extends string, Operand> {
  readonly is: Is
  readonly operator: Operator
  readonly left: Operand
  readonly right: Operand
}

export type Numeric =
  | Literal
  | { readonly is: 'price'; readonly name: PriceName }
  | IndicatorCall<'indicator'>
  | Ago<Numeric>
  | Elsewhere<Numeric>
  | { readonly is: 'negative'; readonly of: Numeric }
  | Pair<'arithmetic', ArithmeticOperator, Numeric>
  /** Written `of * percent`: `percent` hundredths of a price, a volume or a number. */
  | { readonly is: 'share'; readonly of: Numeric; readonly percent: Numeric }
  | { readonly is: 'call'; readonly function: FunctionName; readonly of: readonly Numeric[] }
  | {
      readonly is: 'if'
      readonly when: Condition
      readonly yes: Numeric
      readonly no: Numeric
    }
  /** What `of` was when the condition last held, this candle included; unknown until it has held once. */
  | { readonly is: 'when'; readonly when: Condition; readonly of: Numeric }
  | Past<Numeric>
  | { readonly is: 'trade'; readonly name: TradeWord }
  | { readonly is: 'time'; readonly name: TimeWord }

/** A value that is not known (NaN, nothing finite) makes the whole rule unknown, also under `not` and `or`. */
export type Condition =
  | Pair<'compare', Comparison, Numeric>
  /** Over: at most equal one candle before, above now. Never over trade words. */
  | Pair<'cross', Crossing, Numeric>
  | Pair<'logic', 'and' | 'or', Condition>
  | { readonly is: 'not'; readonly of: Condition }
  /** At least `count` of them. */
  | { readonly is: 'some'; readonly count: number; readonly of: readonly Condition[] }
  /** An indicator whose values are 1 and 0. */
  | IndicatorCall<'pattern'>
  | Ago<Condition>
  | Past<Condition>
  | Elsewhere<Condition>

export type Tree = Numeric | Condition

/** A value some candles before, or elsewhere, is a condition if what it is of is one. */
export function isCondition(tree: Tree): tree is Condition {
  switch (tree.is) {
    case 'compare':
    case 'cross':
    case 'logic':
    case 'not':
    case 'some':
    case 'pattern':
      return true
    case 'ago':
    case 'past':
    case 'elsewhere':
      return isCondition(tree.of)
    default:
      return false
  }
}

/** What it directly holds, in the order in which it is written. */
export function childrenOf(tree: Tree): readonly Tree[] {
  switch (tree.is) {
    case 'number':
    case 'price':
    case 'trade':
    case 'time':
      return []
    case 'indicator':
    case 'pattern':
      return tree.input === null ? [] : [tree.input]
    case 'ago':
    case 'elsewhere':
    case 'negative':
    case 'not':
      return [tree.of]
    case 'arithmetic':
    case 'compare':
    case 'cross':
    case 'logic':
      return [tree.left, tree.right]
    case 'share':
      return [tree.of, tree.percent]
    case 'call':
    case 'some':
      return tree.of
    case 'if':
      return [tree.when, tree.yes, tree.no]
    case 'when':
      return [tree.when, tree.of]
    case 'past':
      return [tree.of, tree.candles]
  }
}
