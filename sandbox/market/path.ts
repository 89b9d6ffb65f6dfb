// The course of a price before it is pushed by command, and the conditions of its order book.

export interface Range {
  readonly high: number
  readonly low: number
}

/** Both are factors of what is usual. */
export interface BookConditions {
  readonly spread: number
  readonly depth: number
}

/** Depends on the seed and the tick alone. Prices are logarithms relative to the instrument's middle. */
export interface Path {
  at(tick: number): number
  /** Highest and lowest of the ticks from `first` to `last`, both included. */
  range(first: number, last: number): Range
  /** Volume in lots of the ticks from `first` to `last`, both included. */
  volume(first: number, last: number): number
  conditions(tick: number): BookConditions
}

/** The two together. */
export function both(one: Range, other: Range): Range {
  return { high: Math.max(one.high, other.high), low: Math.min(one.low, other.low) }
}

export const NOTHING: Range = { high: Number.NEGATIVE_INFINITY, low: Number.POSITIVE_INFINITY }
