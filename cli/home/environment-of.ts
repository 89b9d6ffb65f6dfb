// The environment variables that override lines of a home's config.yaml.
import { type Environment, keysideHome } from '@keyside/runtime/base'
import { withoutSettings } from '../programs/settings.ts'
import { environment } from '../terminal/config.ts'

/** They apply to the home that KEYSIDE_HOME names, and to no other. */
export function environmentOf(home: string): Environment {
  return home === keysideHome(environment) ? environment : withoutSettings(environment)
}
