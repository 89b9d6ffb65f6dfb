// The one text of a tree: reading it gives the same tree, and equal trees have equal texts.
import { INDICATORS } from '../../indicators/table.ts'
import type { Tree } from './tree.ts'

export function print(tree: Tree): string {
  switch (tree.is) {
    case 'number':
      return tree.text
    case 'price':
    case 'trade':
    case 'time':
      return tree.name
    case 'indicator':
    case 'pattern':
      return call(tree)
    case 'ago':
      return `${wrap(tree.of)}[${tree.candles}]`
    case 'past':
      return `${wrap(tree.of)}[${print(tree.candles)}]`
    case 'elsewhere': {
      const where = [tree.market, tree.timeframe].filter((part) => part !== null)
      return `${wrap(tree.of)} @ ${where.join(' ')}`
    }
    case 'negative':
      return `-${wrap(tree.of)}`
    case 'not':
      return `not ${wrap(tree.of)}`
    case 'share':
      return `${wrap(tree.of)} * ${wrap(tree.percent)}`
    case 'arithmetic':
    case 'compare':
    case 'logic':
      return `${wrap(tree.left)} ${tree.operator} ${wrap(tree.right)}`
    case 'cross':
      return `${tree.operator}(${print(tree.left)}, ${print(tree.right)})`
    case 'call':
      return `${tree.function}(${tree.of.map(print).join(', ')})`
    case 'if':
      return `if(${[tree.when, tree.yes, tree.no].map(print).join(', ')})`
    case 'when':
      return `valuewhen(${print(tree.when)}, ${print(tree.of)})`
    case 'some':
      return `${tree.count} of (${tree.of.map(print).join(', ')})`
  }
}

function call({
  name,
  parameters,
  input,
  output,
}: Extract<Tree, { is: 'indicator' | 'pattern' }>): string {
  const written = [...(input === null ? [] : [print(input)]), ...parameters.map(plain)]
  const suffix = output === 0 ? '' : `.${INDICATORS[name]?.outputs[output] ?? ''}`
  return `${name}${written.length === 0 ? '' : `(${written.join(', ')})`}${suffix}`
}

/** A number as a rule writes it: without an exponent, at most 12 places. */
export function plain(value: number): string {
  const fixed = Math.abs(value)
    .toFixed(12)
    .replace(/\.?0+$/, '')
  return `${value < 0 && fixed !== '0' ? '-' : ''}${fixed}`
}

const WHOLE = new Set<Tree['is']>([
  'number',
  'price',
  'indicator',
  'pattern',
  'call',
  'if',
  'when',
  'cross',
  'time',
  'trade',
  'ago',
  'past',
])

function wrap(tree: Tree): string {
  return WHOLE.has(tree.is) ? print(tree) : `(${print(tree)})`
}
