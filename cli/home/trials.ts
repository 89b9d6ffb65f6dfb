// Rules from the chat that the engine of this home tries.
import { existsSync, readdirSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { loadConfig } from '@keyside/runtime'
import { engineConfig } from '@keyside/strategy-engine'
import { environment } from '../terminal/config.ts'
import { programsOf } from './roles.ts'

export interface TrialFile {
  readonly name: string
  readonly path: string
}

/** Sorted; none where there is no engine here. */
export function trialsOf(home: string): readonly TrialFile[] {
  if (!existsSync(join(home, 'config.yaml')) || !programsOf(home).includes('engine')) return []
  const folder = resolve(home, loadConfig('engine', engineConfig, home, environment).trials)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => ({ name: basename(file, '.yaml'), path: join(folder, file) }))
}
