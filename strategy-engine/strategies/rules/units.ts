// What a value counts, and which values go together.

/**
 * `literal`: a plain number as it is written, which stands for whatever it is held against. `mixed`: a product such as
 * price times volume, which goes with prices, volumes and numbers. `unknown`: of what was refused already.
 */
export type Unit =
  | 'literal'
  | 'number'
  | 'price'
  | 'volume'
  | 'mixed'
  | 'percent'
  | 'duration'
  | 'condition'
  | 'unknown'

const NAMES: Readonly<Record<Unit, string>> = {
  literal: 'a number',
  number: 'a number',
  price: 'a price',
  volume: 'a volume',
  mixed: 'a number',
  percent: 'a percent',
  duration: 'a time',
  condition: 'a condition',
  unknown: 'unknown',
}

export function named(unit: Unit): string {
  return NAMES[unit]
}

function isPlain(unit: Unit): boolean {
  return ['literal', 'number', 'price', 'volume', 'mixed'].includes(unit)
}

/** Of a sum, or of two that are compared; null where they do not go together. */
export function common(left: Unit, right: Unit): Unit | null {
  if (left === right) return left
  if (left === 'unknown' || right === 'unknown') return 'unknown'
  if (!isPlain(left) || !isPlain(right)) return null
  if (left === 'literal' || right === 'mixed') return right
  return right === 'literal' || left === 'mixed' ? left : null
}

/** `share`: the one is percent of the other. */
export type Product = { readonly unit: Unit; readonly share?: 'left' | 'right' }

/** Null where they cannot be multiplied. */
export function product(left: Unit, right: Unit): Product | null {
  if (left === 'unknown' || right === 'unknown') return { unit: 'unknown' }
  if (left === 'literal') return { unit: right }
  if (right === 'literal') return { unit: left }
  if (left === 'percent' && isPlain(right)) return { unit: right, share: 'left' }
  if (right === 'percent' && isPlain(left)) return { unit: left, share: 'right' }
  if (left === 'number' && right !== 'percent') return { unit: right }
  if (right === 'number' && left !== 'percent') return { unit: left }
  return isPlain(left) && isPlain(right) ? { unit: 'mixed' } : null
}

/** Null where they cannot be divided. */
export function quotient(left: Unit, right: Unit): Unit | null {
  if (left === 'unknown' || right === 'unknown') return 'unknown'
  if (right === 'literal') return left
  if (left === right) return left === 'mixed' ? 'mixed' : 'number'
  if (right === 'number') return left === 'literal' ? 'number' : left
  return isPlain(left) && isPlain(right) ? 'mixed' : null
}

/** What is wrong with two that do not go together, and what to write; the texts are as the rule has them. */
export function clash(
  [left, leftText]: readonly [Unit, string],
  [right, rightText]: readonly [Unit, string],
): string {
  const said = `"${short(leftText)}" is ${NAMES[left]} and "${short(rightText)}" is ${NAMES[right]}`
  return `${said}: ${hint(left, right, leftText, rightText)}`
}

function hint(left: Unit, right: Unit, leftText: string, rightText: string): string {
  const units = [left, right]
  const literal = left === 'literal' ? leftText : rightText
  if (units.includes('percent')) {
    if (units.includes('literal')) return `write "${literal} %"`
    if (units.includes('duration')) return 'they do not go together'
    if (units.includes('number'))
      return 'write the percent as a number: 0.02 where 1 is the whole, 2 where 100 is'
    const other = left === 'percent' ? rightText : leftText
    const percent = left === 'percent' ? leftText : rightText
    return `write what it is a percent of, such as "${short(other)} * ${short(percent)}"`
  }
  if (units.includes('duration'))
    return units.includes('literal')
      ? 'write a time such as "90m" or "2h"'
      : 'they do not go together'
  if (units.includes('number'))
    return 'a number from 0 to 100, say, is neither a price nor a volume'
  return 'they do not go together'
}

export function short(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length <= 40 ? line : `${line.slice(0, 37)}...`
}
