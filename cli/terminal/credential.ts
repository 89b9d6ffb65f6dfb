// What the service manager gives the service alone: with systemd a file in $CREDENTIALS_DIRECTORY (systemd.exec(5)).
import { join } from 'node:path'
import { type Environment, readText } from '@keyside/runtime/base'

/** Of the vault's passphrase, as the service finds it. */
export const CREDENTIAL = 'vault-passphrase'

/** Null where there is none of that name. Its mode is systemd's: an access list, which shows as readable for the group. */
export function readCredential(name: string, environment: Environment): string | null {
  const folder = environment['CREDENTIALS_DIRECTORY']
  if (folder === undefined) return null
  try {
    return readText(join(folder, name)).replace(/\r?\n$/, '')
  } catch {
    return null
  }
}
