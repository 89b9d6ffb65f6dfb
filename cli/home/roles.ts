// What a home is for. Its config.yaml says so by its sections: one for each program that runs here.
import { HOME } from '@keyside/protocol'
import { configSections, loadConfig } from '@keyside/runtime'
import { engineConfig } from '@keyside/strategy-engine'
import { PROGRAMS, type Program } from '../programs/program-names.ts'
import { environment } from '../terminal/config.ts'

export const ROLES = ['alone', 'trader', 'provider'] as const
export type Role = (typeof ROLES)[number]
export type TraderRole = Exclude<Role, 'provider'>

/** Throws `config_missing`, `config_invalid` and `file_refused`. */
export function programsOf(home: string): Program[] {
  const sections = configSections(home)
  return PROGRAMS.filter((program) => sections.includes(program))
}

/** For whom the engine of a home signs. */
export function providerOf(home: string): string {
  if (!programsOf(home).includes('engine')) return HOME
  return loadConfig('engine', engineConfig, home, environment).provider
}
