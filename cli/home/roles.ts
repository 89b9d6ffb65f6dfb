// What a home is for. Its config.yaml says so by its sections: one for each program that runs here.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
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

/** One whose config.yaml cannot be read may: an emergency stop works whatever is in it. */
export function mayTrade(home: string): boolean {
  if (!existsSync(join(home, 'config.yaml'))) return false
  try {
    return programsOf(home).includes('executor')
  } catch {
    return true
  }
}

/** For whom the engine of a home signs. */
export function providerOf(home: string): string {
  if (!programsOf(home).includes('engine')) return HOME
  return loadConfig('engine', engineConfig, home, environment).provider
}
