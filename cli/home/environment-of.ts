// What of the environment stands above the lines of a home's config.yaml.
import { type Environment, keysideHome } from '@keyside/runtime/base'
import { withoutSettings } from '../programs/settings.ts'
import { environment } from '../terminal/config.ts'

/** What it says is said of the home that it names, and of no other. */
export function environmentOf(home: string): Environment {
  return home === keysideHome(environment) ? environment : withoutSettings(environment)
}
