// A strategy's file for a command: all that it names, or an error that a person can act on.
import { KeysideError } from '@keyside/runtime'
import { strategyReader } from './read-strategy.ts'
import { problemText } from './report.ts'
import type { Strategy } from './strategy.ts'

type Params = Readonly<Record<string, number>>

/** One strategy for each of its markets. Throws `strategy_invalid` with all mistakes of the file at once. */
export function readStrategyFile(
  path: string,
  text: string,
  params: Params = {},
): readonly Strategy[] {
  return strategyFileReader(path, text)(params)
}

/** As `readStrategyFile`, for one file with many values of its params. */
export function strategyFileReader(
  path: string,
  text: string,
): (params: Params) => readonly Strategy[] {
  const read = strategyReader(text)
  return (params) => {
    const found = read(params)
    if (found.ok) return found.strategies
    throw new KeysideError(
      'strategy_invalid',
      `${path}:\n${found.problems.map(problemText).join('\n')}`,
    )
  }
}
