// The strategies that come with Keyside.

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { installed } from '@keyside/runtime'

const folder = installed('examples/strategies')

export const DEMO_STRATEGY = join(folder, 'demo.yaml')
export const FIRST_STRATEGIES = [join(folder, 'ema-cross.yaml'), join(folder, 'rsi-reversion.yaml')]

/** Rule files, or code. */
export type Language = 'yaml' | 'ts'

export function exampleNames(language: Language = 'yaml'): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(`.${language}`) && !file.endsWith('.d.ts'))
    .flatMap((file) => /^([a-z0-9-]+)\./.exec(file)?.[1] ?? [])
    .sort()
}

/** The file of an example; null for a name that none has. */
export function exampleOf(name: string, language: Language = 'yaml'): string | null {
  const file = join(folder, `${name}.${language}`)
  return /^[a-z0-9-]+$/.test(name) && existsSync(file) ? file : null
}
