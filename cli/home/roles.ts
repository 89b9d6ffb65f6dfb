// What a home is for. Its config.yaml says so by its sections: one for each program that runs here.
import { join } from 'node:path'
import { HOME } from '@keyside/protocol'
import { checkYaml, KeysideError, loadConfig, readConfigText } from '@keyside/runtime'
import { engineConfig } from '@keyside/strategy-engine'
import { z } from 'zod'
import { PROGRAMS, type Program } from '../programs/children.ts'
import { environment } from '../terminal/config.ts'

export const ROLES = ['alone', 'trader', 'provider'] as const
export type Role = (typeof ROLES)[number]
export type TraderRole = Exclude<Role, 'provider'>

/** Throws `config_missing`, `config_invalid` and `file_refused`. */
export function programsOf(home: string): Program[] {
  const checked = checkYaml(readConfigText(home), z.looseObject({}))
  if (!checked.ok)
    throw new KeysideError(
      'config_invalid',
      `${join(home, 'config.yaml')}, line ${checked.line}: ${checked.message}`,
    )
  return PROGRAMS.filter((program) => Object.hasOwn(checked.data, program))
}

/** For whom the engine of a home signs. */
export function providerOf(home: string): string {
  if (!programsOf(home).includes('engine')) return HOME
  return loadConfig('engine', engineConfig, home, environment).provider
}
