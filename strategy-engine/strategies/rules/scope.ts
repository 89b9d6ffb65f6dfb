// What a rule may refer to, and what a part of it is once it is read.
import type { Timeframe } from '../../market/candle.ts'
import { plain } from './print.ts'
import type { Literal, Tree } from './tree.ts'
import type { Unit } from './units.ts'

/** A tree, and what the rules about it must know without walking it again. */
export interface Meaning {
  readonly tree: Tree
  readonly unit: Unit
  /** It looks at the position. */
  readonly trade: boolean
  /** It looks at another timeframe or market. */
  readonly elsewhere: boolean
  /** Nodes, those of names included. */
  readonly size: number
}

/** A part of a rule, and where it stands: offsets in the text, `to` exclusive. */
export interface Parsed extends Meaning {
  readonly from: number
  readonly to: number
}

export interface Scope {
  /** The strategy's own; null where its key is wrong. */
  readonly timeframe: Timeframe | null
  readonly market: string | null
  /** What `params` and `let` define; null where a definition is wrong. */
  readonly names: ReadonlyMap<string, Meaning | null>
  /** Names of `let` that are defined further down. */
  readonly later: ReadonlySet<string>
  /** May it look at the position? */
  readonly trade: boolean
  /** Is "2 atr(14)" a product? */
  readonly distance: boolean
}

/** Of what was refused already. */
export const UNKNOWN: Meaning = {
  tree: { is: 'number', value: Number.NaN, unit: 'number', text: '?' },
  unit: 'unknown',
  trade: false,
  elsewhere: false,
  size: 1,
}

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const
/** The longest time that a file may name: a year. */
export const MAX_SECONDS = 31_536_000

/** Seconds; null if it is none. */
export function durationOf(text: string): number | null {
  const [, count, unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  if (count === undefined) return null
  const seconds = Number(count) * SECONDS[unit as keyof typeof SECONDS]
  return seconds <= MAX_SECONDS ? seconds : null
}

/** A value as the language writes it; below zero with a sign before it. */
export function literal(value: number, unit: Literal['unit']): Tree {
  const size = Math.abs(value)
  const text = { number: plain(size), percent: `${plain(size)} %`, duration: inUnits(size) }[unit]
  const tree: Literal = { is: 'number', value: size, unit, text }
  return value < 0 ? { is: 'negative', of: tree } : tree
}

function inUnits(seconds: number): string {
  const [unit, length] = (['d', 'h', 'm'] as const)
    .map((name) => [name, SECONDS[name]] as const)
    .find(([, length]) => seconds > 0 && seconds % length === 0) ?? ['s', 1]
  return `${seconds / length}${unit}`
}

/** What numbers alone amount to; null if it is more than numbers. */
export function constantOf(tree: Tree): number | null {
  switch (tree.is) {
    case 'number':
      return tree.value
    case 'negative': {
      const of = constantOf(tree.of)
      return of === null ? null : -of
    }
    case 'arithmetic': {
      const [left, right] = [constantOf(tree.left), constantOf(tree.right)]
      if (left === null || right === null) return null
      return { '+': left + right, '-': left - right, '*': left * right, '/': left / right }[
        tree.operator
      ]
    }
    default:
      return null
  }
}
