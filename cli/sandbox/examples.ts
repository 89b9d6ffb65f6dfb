// The strategies that come with Keyside.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '..', '..', 'examples', 'strategies')

export const DEMO_STRATEGY = join(folder, 'demo.yaml')
export const FIRST_STRATEGIES = [join(folder, 'ema-cross.yaml'), join(folder, 'rsi-reversion.yaml')]

export function exampleNames(): readonly string[] {
  return readdirSync(folder)
    .flatMap((file) => /^([a-z0-9-]+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort()
}

/** The file of an example; null for a name that none has. */
export function exampleOf(name: string): string | null {
  const file = join(folder, `${name}.yaml`)
  return /^[a-z0-9-]+$/.test(name) && existsSync(file) ? file : null
}
