// A strategy's file, rules or TypeScript by its name.
import { basename } from 'node:path'
import { KeysideError } from '@keyside/runtime'
import { type Read, strategyReader } from './file/read-strategy.ts'
import { problemText } from './file/report.ts'
import type { Strategy } from './file/strategy.ts'
import { typeScriptReader } from './typescript/read-typescript.ts'

/** Of the names in a folder. An original stands before its copy: of two with one name, the first is in force. */
export function strategyFiles(names: readonly string[]): string[] {
  return names.filter(isStrategyFile).sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))
}

/** `trend.yaml` before `trend (copy).yaml` and `trend-old.yaml`, which the dot alone would put behind them. */
function orderOf(name: string): string {
  return name.replace(/\.[a-z]+$/, '\0$&')
}

/**
 * Rule files, and code without the declarations of its types. What is hidden is kept there by an editor or by another
 * system, beside a file of that name.
 */
function isStrategyFile(name: string): boolean {
  return !name.startsWith('.') && (/\.ya?ml$/.test(name) || isTypeScript(name))
}

export function isTypeScript(name: string): boolean {
  return name.endsWith('.ts') && !name.endsWith('.d.ts')
}

type Params = Readonly<Record<string, number>>

/**
 * For one file with many values of its params. Code runs in this process: where that may read keys, it is no place for a
 * file in TypeScript.
 */
export function strategyTextReader(path: string, text: string): (params?: Params) => Read {
  const read = isTypeScript(path) ? typeScriptReader(basename(path), text) : strategyReader(text)
  return (params = {}) => read(params)
}

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
  const read = strategyTextReader(path, text)
  return (params) => {
    const found = read(params)
    if (found.ok) return found.strategies
    throw new KeysideError(
      'strategy_invalid',
      `${path}:\n${found.problems.map(problemText).join('\n')}`,
    )
  }
}
