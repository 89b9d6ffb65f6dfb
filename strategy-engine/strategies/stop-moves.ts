// Where rules would have the stop of what is held, candle by candle.
import type { Graph } from './compile/graph.ts'
import { type Ask, compileTrade, type TradeValue } from './compile/trade.ts'
import { signed } from './exit-prices.ts'
import type { StopMove } from './file/strategy.ts'

export class StopMoves {
  readonly #moves: readonly { readonly holds: Ask; readonly to: Ask }[]

  /** Adds what they read to the graph. */
  constructor(moves: readonly StopMove[], graph: Graph, trade: TradeValue) {
    this.#moves = moves.map(({ condition, to }) => ({
      holds: condition === null ? () => 1 : compileTrade(condition, graph, trade),
      to: compileTrade(to, graph, trade),
    }))
  }

  /** The highest of those that hold at candle `i` of the block and are known, as it is signed, quote per base; 0 for none. */
  at(i: number): number {
    let highest = 0
    for (const { holds, to } of this.#moves)
      if (holds(i) === 1) {
        const price = to(i)
        if (price > highest) highest = price
      }
    return highest > 0 ? signed(highest, 'up') : 0
  }
}
