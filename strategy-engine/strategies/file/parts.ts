// Every part of what a strategy reads, for whoever asks what it needs.
import { candlesBefore } from '../rules/candles-before.ts'
import { childrenOf, type Tree } from '../rules/tree.ts'
import type { Exits, Strategy, TakeProfitLevel } from './strategy.ts'

/** All rules and distances, what code reads, and what they hold. */
export function* partsOf(strategy: Strategy): Generator<Tree> {
  for (const tree of treesOf(strategy)) yield* withParts(tree)
}

function* treesOf(strategy: Strategy): Generator<Tree> {
  const { enter, exit, adds, moves, alerts, stop, exits, code } = strategy
  for (const { condition } of [...enter, ...exit, ...adds, ...alerts]) yield condition
  for (const { condition, to } of moves) {
    if (condition !== null) yield condition
    yield to
  }
  for (const one of [stop, exits.trailingStop]) if (one?.by === 'distance') yield one.distance
  for (const read of code?.reads ?? []) yield read
  for (const gain of gainsOf(exits)) if (typeof gain === 'object') yield gain.distance
}

/** Candles before the first at which all is known that it looks at, while it holds something too. */
export function reachOf(strategy: Strategy): number {
  let reach = 0
  for (const tree of treesOf(strategy))
    reach = Math.max(reach, candlesBefore(tree, strategy.timeframe))
  return reach
}

/** How far above the entry its exits are: of each take-profit level, and of break-even last. */
export function gainsOf({ takeProfit = [], breakEven }: Exits): readonly TakeProfitLevel['at'][] {
  return [...takeProfit.map(({ at }) => at), ...(breakEven === undefined ? [] : [breakEven])]
}

function* withParts(tree: Tree): Generator<Tree> {
  yield tree
  for (const child of childrenOf(tree)) yield* withParts(child)
}

/** Other markets that it names, sorted: their candles are needed beside its own. */
export function otherMarketsOf(strategy: Strategy): readonly string[] {
  const found = new Set<string>()
  for (const part of partsOf(strategy))
    if (part.is === 'elsewhere' && part.market !== null) found.add(part.market)
  return [...found].sort()
}
