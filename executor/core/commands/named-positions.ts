// The positions that the trader's word names: all of a coin, a market or a stream. Each is shown before it is sold.
import { type Answer, shownStream } from '@keyside/protocol'
import type { DecisionContext } from '../execution/context.ts'
import { refusedAnswer } from '../execution/refusals.ts'
import type { Position } from '../model/position.ts'

export interface Named {
  /** By `positionKey`. */
  readonly key: string
  readonly position: Position
}

/** Names in a sentence. */
const MAX_NAMES = 8

/** `what` in full, or a stream without its provider, or the coin of a market; all of them without it. Never empty. */
export function positionsNamed(
  { portfolio }: DecisionContext,
  what: string | undefined,
): readonly Named[] | Answer {
  const held = Object.entries(portfolio.positions).map(([key, position]) => ({ key, position }))
  if (held.length === 0) return refusedAnswer('nothing_held')
  if (what === undefined) return held
  const word = what.toLowerCase()
  const exact = held.filter(({ position }) => fullNames(position).includes(word))
  const found =
    exact.length > 0 ? exact : held.filter(({ position }) => shortNames(position).includes(word))
  return found.length > 0 ? found : refusedAnswer('position_unknown', `there is ${listed(held)}`)
}

/** The one that is named. */
export function positionNamed(context: DecisionContext, what: string): Named | Answer {
  const found = positionsNamed(context, what)
  if ('about' in found) return found
  const [one, ...others] = found
  if (one === undefined || others.length > 0)
    return refusedAnswer('position_ambiguous', `it may be ${listed(found)}`)
  return one
}

function fullNames({ stream, market }: Position): readonly string[] {
  return [stream, market].map((name) => name.toLowerCase())
}

function shortNames({ stream, market }: Position): readonly (string | undefined)[] {
  return [stream.split('/')[1], market.toLowerCase().split('/')[0]]
}

function listed(all: readonly Named[]): string {
  const names = all.map(({ position }) => `${position.market} of ${shownStream(position.stream)}`)
  const more = names.length - MAX_NAMES
  return `${names.slice(0, MAX_NAMES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
