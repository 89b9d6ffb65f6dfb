// Rules that know the stream's own model position are asked candle by candle, while it lasts: what they say of the
// market comes from the columns.
import {
  type Condition,
  childrenOf,
  MAX_AGO,
  type Numeric,
  type TradeWord,
  type Tree,
} from '../rules/tree.ts'
import type { Graph } from './graph.ts'
import { FUNCTIONS_OF } from './operators.ts'

/** What a trade word means at candle `i` of the block. */
export type TradeValue = (word: TradeWord, i: number) => number

/** NaN is unknown; a condition is 1 or 0. */
export type Ask = (i: number) => number

export function namesTrade(tree: Tree): boolean {
  return tree.is === 'trade' || childrenOf(tree).some(namesTrade)
}

/** Adds the series that it needs to the graph. */
export function compileTrade(tree: Tree, graph: Graph, trade: TradeValue): Ask {
  if (!namesTrade(tree)) {
    const { column } = graph.series(tree)
    return (i) => column[i] as number
  }
  const of = (part: Numeric | Condition) => compileTrade(part, graph, trade)
  switch (tree.is) {
    case 'trade':
      return (i) => trade(tree.name, i)
    case 'past': {
      const history = graph.history(tree.of)
      const candles = of(tree.candles)
      return (i) => {
        const back = candles(i)
        const reaches = Number.isInteger(back) && back >= 0 && back <= MAX_AGO
        return reaches ? history.at(i, back) : Number.NaN
      }
    }
    case 'negative': {
      const value = of(tree.of)
      return (i) => -value(i)
    }
    case 'not': {
      const value = of(tree.of)
      return (i) => 1 - value(i)
    }
    case 'arithmetic':
      return known(ARITHMETIC[tree.operator], of(tree.left), of(tree.right))
    case 'share':
      return known((value, percent) => (value * percent) / 100, of(tree.of), of(tree.percent))
    case 'compare':
      return known(COMPARE[tree.operator], of(tree.left), of(tree.right))
    case 'logic':
      return known(tree.operator === 'and' ? Math.min : Math.max, of(tree.left), of(tree.right))
    case 'call':
      return known(FUNCTIONS_OF[tree.function], ...tree.of.map(of))
    case 'some':
      return known((...holds) => Number(sum(holds) >= tree.count), ...tree.of.map(of))
    case 'if': {
      const [when, then, otherwise] = [of(tree.when), of(tree.yes), of(tree.no)]
      return (i) => {
        const holds = when(i)
        return holds === 1 ? then(i) : holds === 0 ? otherwise(i) : holds
      }
    }
    default:
      throw new Error(`"${tree.is}" cannot follow the trade`)
  }
}

const ARITHMETIC = {
  '+': (a: number, b: number) => a + b,
  '-': (a: number, b: number) => a - b,
  '*': (a: number, b: number) => a * b,
  '/': (a: number, b: number) => a / b,
}

const COMPARE = {
  '<': (a: number, b: number) => Number(a < b),
  '<=': (a: number, b: number) => Number(a <= b),
  '>': (a: number, b: number) => Number(a > b),
  '>=': (a: number, b: number) => Number(a >= b),
}

/** Unknown where one of the operands is, or the result is no finite number. */
function known(compute: (...operands: number[]) => number, ...operands: readonly Ask[]): Ask {
  return (i) => {
    const values = operands.map((operand) => operand(i))
    if (values.some(Number.isNaN)) return Number.NaN
    const value = compute(...values)
    return Number.isFinite(value) ? value : Number.NaN
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
