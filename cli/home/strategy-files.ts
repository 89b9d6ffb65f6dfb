// The strategies of a home as files, and how a person names one.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { KeysideError } from '@keyside/runtime'

export function strategiesFolder(home: string): string {
  return join(home, 'strategies')
}

/** A file, or the name of one of the home's. Throws `strategy_invalid`. */
export function strategyFile(home: string, named: string): string {
  const folder = strategiesFolder(home)
  const own = ['yaml', 'yml', 'ts'].map((ending) => join(folder, `${named}.${ending}`))
  const found = [resolve(named), ...own].find((path) => existsSync(path))
  if (found !== undefined) return found
  throw new KeysideError(
    'strategy_invalid',
    `there is no strategy "${named}" in ${folder}, and no file of that name: "keyside strategy list" shows what there is`,
  )
}
