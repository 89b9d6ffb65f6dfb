// What of a home lies outside of its folder, so that a backup of the folder would lose it in silence.
import { existsSync } from 'node:fs'
import { isAbsolute, relative, resolve } from 'node:path'
import { KeysideError, openYaml, readConfigText } from '@keyside/runtime'

/** Settings that name what a home has made or follows. A passphrase, a root key and a certificate may be elsewhere on purpose. */
const OF_THE_HOME: ReadonlySet<string> = new Set([
  'accountFile',
  'database',
  'policy',
  'programs',
  'signingKeyFile',
  'strategies',
  'tokenFile',
  'trials',
])

/** `account`: the home, or a further account's folder in it. Throws `backup_outside`. */
export function refuseOutside(home: string, account: string): void {
  const config = openYaml(readConfigText(account))
  for (const [name, file] of config.ok ? settingsIn(config.data, []) : []) {
    const path = resolve(account, file)
    const inside = relative(home, path)
    if (!existsSync(path) || (!inside.startsWith('..') && !isAbsolute(inside))) continue
    throw new KeysideError(
      'backup_outside',
      `${name} of config.yaml is ${path}, outside of ${home}, and would not be in the backup: move it into the home, or put a link to it there and name that`,
    )
  }
}

function settingsIn(level: unknown, path: readonly string[]): [string, string][] {
  if (typeof level !== 'object' || level === null) return []
  return Object.entries(level).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string'
      ? OF_THE_HOME.has(key)
        ? [[[...path, key].join('.'), value]]
        : []
      : settingsIn(value, [...path, key]),
  )
}
