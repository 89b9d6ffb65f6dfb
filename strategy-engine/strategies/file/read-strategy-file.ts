// A strategy's file for a command: all that it names, or an error that a person can act on.
import { KeysideError } from '@keyside/runtime'
import { readStrategy } from './read-strategy.ts'
import { problemText } from './report.ts'
import type { Strategy } from './strategy.ts'

/** One strategy for each of its markets. Throws `strategy_invalid` with all mistakes of the file at once. */
export function readStrategyFile(
  path: string,
  text: string,
  params: Readonly<Record<string, number>> = {},
): readonly Strategy[] {
  const read = readStrategy(text, params)
  if (read.ok) return read.strategies
  throw new KeysideError(
    'strategy_invalid',
    `${path}:\n${read.problems.map(problemText).join('\n')}`,
  )
}
