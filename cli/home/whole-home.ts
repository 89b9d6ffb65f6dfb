// A further account is a home within a home: which one that is, and what of the environment is said of it.
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Environment } from '@keyside/runtime'
import { withoutSettings } from '../programs/settings.ts'
import { environment } from '../terminal/config.ts'

export const ACCOUNTS_FOLDER = 'accounts'

/** The home in which an account is, whichever of the two `home` is. */
export function wholeHome(home: string): string {
  const outer = dirname(dirname(home))
  const isWithin =
    basename(dirname(home)) === ACCOUNTS_FOLDER && existsSync(join(outer, 'config.yaml'))
  return isWithin ? outer : home
}

/** Above the lines of a further account stands no variable. */
export function environmentOf(home: string): Environment {
  return wholeHome(home) === home ? environment : withoutSettings(environment)
}
