// What rules may know of the position, word by word, and all of it at once for rules that are code.
import type { HeldPosition } from './candle-exits.ts'
import type { Graph } from './compile/graph.ts'
import type { TradeValue } from './compile/trade.ts'
import type { Held } from './file/strategy.ts'
import { TRADE_WORDS, type TradeWord } from './rules/tree.ts'

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

export function heldAt(trade: TradeValue, i: number): Held {
  return Object.fromEntries(TRADE_WORDS.map((word) => [word, trade(word, i)])) as Held
}

interface Holding {
  readonly held: { readonly left: number }
  readonly trade: TradeValue
}

/** As it will be when the one candle that the graph was fed has been followed; null where nothing is held. */
export function heldAfter({ held, trade }: Holding, graph: Graph): Held | null {
  if (held.left === 0) return null
  const words = heldAt(trade, 0)
  const { candles, offset } = graph
  return {
    ...words,
    'highest since entry': Math.max(words['highest since entry'], candles.high[offset] as number),
    'lowest since entry': Math.min(words['lowest since entry'], candles.low[offset] as number),
    'candles since entry': words['candles since entry'] + 1,
  }
}
