// What a word of a rule that knows the trade means while it is held.
import type { HeldPosition } from './candle-exits.ts'
import type { TradeWord } from './rules/tree.ts'

interface Trade {
  readonly held: HeldPosition
  readonly firstEntry: number
  /** Since the entry. */
  readonly candles: number
}

/** At a candle that closed at the price `close`, quote per base, and at the time `at`, Unix seconds. */
export function heldWord(
  word: TradeWord,
  { held, firstEntry, candles }: Trade,
  close: number,
  at: number,
): number {
  switch (word) {
    case 'entry':
      return held.entry
    case 'first entry':
      return firstEntry
    case 'profit':
      return ((close - held.entry) / held.entry) * 100
    case 'age':
      return at - held.since
    case 'highest since entry':
      return held.highest
    case 'lowest since entry':
      return held.lowest
    case 'candles since entry':
      return candles
  }
}
