// What a rule means: a tree of numbers and conditions, and its one text form.
import { type SeriesName, seriesText } from '../../indicators/indicator-set.ts'

export const ARITHMETIC = ['+', '-', '*', '/'] as const
export const COMPARISONS = ['<', '<=', '>', '>='] as const
export const CROSSINGS = ['crossover', 'crossunder'] as const
export const JOINING = ['and', 'or', 'not'] as const

export type ArithmeticOperator = (typeof ARITHMETIC)[number]
export type Comparison = (typeof COMPARISONS)[number]
export type Crossing = (typeof CROSSINGS)[number]

export type Numeric =
  | { readonly is: 'number'; readonly text: string }
  | { readonly is: 'series'; readonly name: SeriesName }
  | { readonly is: 'negative'; readonly of: Numeric }
  | Pair<'arithmetic', ArithmeticOperator, Numeric>

export type Condition =
  | Pair<'compare', Comparison, Numeric>
  | Pair<'cross', Crossing, Numeric>
  | Pair<'logic', 'and' | 'or', Condition>
  | { readonly is: 'not'; readonly of: Condition }

interface Pair<Is extends string, Operator extends string, Operand> {
  readonly is: Is
  readonly operator: Operator
  readonly left: Operand
  readonly right: Operand
}

export type Tree = Numeric | Condition

export function isNumeric(tree: Tree): tree is Numeric {
  return ['number', 'series', 'negative', 'arithmetic'].includes(tree.is)
}

/** Written so that reading it again gives the same tree. */
export function print(tree: Tree): string {
  switch (tree.is) {
    case 'number':
      return tree.text
    case 'series':
      return seriesText(tree.name)
    case 'negative':
      return `-${wrap(tree.of)}`
    case 'not':
      return `not ${wrap(tree.of)}`
    case 'cross':
      return `${tree.operator}(${print(tree.left)}, ${print(tree.right)})`
    case 'arithmetic':
    case 'compare':
    case 'logic':
      return `${wrap(tree.left)} ${tree.operator} ${wrap(tree.right)}`
  }
}

function wrap(tree: Tree): string {
  return ['number', 'series', 'cross'].includes(tree.is) ? print(tree) : `(${print(tree)})`
}

/** Every series in the tree, each once, in order of appearance. */
export function seriesIn(...trees: Tree[]): SeriesName[] {
  const found = new Map<string, SeriesName>()
  for (const tree of trees) visit(tree, (name) => found.set(seriesText(name), name))
  return [...found.values()]
}

function visit(tree: Tree, see: (name: SeriesName) => void): void {
  if (tree.is === 'series') see(tree.name)
  if ('of' in tree) visit(tree.of, see)
  if ('left' in tree) {
    visit(tree.left, see)
    visit(tree.right, see)
  }
}
