// The one place of the command line that reads the environment.
import { type Environment, keysideHome } from '@keyside/runtime'
import { withoutSettings } from '../programs/settings.ts'

export const environment: NodeJS.ProcessEnv = process.env

/** What it says above the lines of a config.yaml is said of the home that it names, and of no other. */
export function environmentOf(home: string): Environment {
  return home === keysideHome(environment) ? environment : withoutSettings(environment)
}
