// How many candles have to close before a value is known.
import { INDICATORS } from '../../indicators/table.ts'
import { TIMEFRAMES, type Timeframe } from '../../market/candle.ts'
import { childrenOf, type Tree } from './tree.ts'

/** Candles of `own`, the timeframe in which the tree is read, before the first at which it is known. */
export function candlesBefore(tree: Tree, own: Timeframe): number {
  const there = (tree.is === 'elsewhere' ? tree.timeframe : null) ?? own
  const within = childrenOf(tree).map((child) => candlesBefore(child, there))
  const inputs = Math.max(0, ...within)
  switch (tree.is) {
    case 'indicator':
    case 'pattern':
      return inputs + (INDICATORS[tree.name]?.warmup(tree.parameters) ?? 0)
    case 'ago':
      return inputs + tree.candles
    case 'cross':
      return inputs + 1
    case 'elsewhere':
      // The first of the longer candles is seldom seen from its beginning.
      return there === own ? inputs : (inputs + 2) * (TIMEFRAMES[there] / TIMEFRAMES[own])
    default:
      return inputs
  }
}
