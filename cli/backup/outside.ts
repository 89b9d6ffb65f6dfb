// Finds files of a home that a backup would silently miss: those outside of its folder, or in a part that is not backed up.
import { existsSync } from 'node:fs'
import { isAbsolute, relative, resolve } from 'node:path'
import { KeysideError, openYaml, overridesOf, readConfigText } from '@keyside/runtime'
import { environmentOf } from '../home/environment-of.ts'
import { isKept } from './collect.ts'

/** Settings that name what a home has made or follows. A passphrase, a root key and a certificate may be elsewhere on purpose. */
const OF_THE_HOME: ReadonlySet<string> = new Set([
  'accountFile',
  'answerKeyFile',
  'database',
  'keysetFile',
  'policy',
  'programs',
  'signingKeyFile',
  'strategies',
  'tokenFile',
  'trials',
])

/** A file, and the words by which it is named. */
interface Setting {
  readonly in: 'config.yaml' | 'environment'
  readonly name: string
  readonly file: string
}

/** `account`: the home, or a further account's folder in it. Throws `backup_outside`. */
export function refuseOutside(home: string, account: string): void {
  for (const setting of settingsOf(account)) {
    const path = resolve(account, setting.file)
    const inside = relative(home, path)
    const isInside = !/^\.\.(?:[\\/]|$)/.test(inside) && !isAbsolute(inside)
    const where = !isInside ? 'outside' : isKept(inside) ? 'kept' : 'left out'
    if (!existsSync(path) || (where === 'kept' && setting.in === 'config.yaml')) continue
    throw new KeysideError('backup_outside', sentenceOf(setting, { home, path, where }))
  }
}

function sentenceOf(
  setting: Setting,
  { home, path, where }: { home: string; path: string; where: 'outside' | 'left out' | 'kept' },
): string {
  const { name } = setting
  if (where === 'kept')
    return `${name} is ${path}, which the environment says and config.yaml does not, so that what is restored would not find it: write it there, and take the variable away`
  const of = setting.in === 'config.yaml' ? `${name} of config.yaml` : name
  if (where === 'left out')
    return `${of} is ${path}, where a backup takes nothing along (logs, candles, what is in use): move it to another place in the home, and name that`
  return `${of} is ${path}, outside of ${home}, and would not be in the backup: move it into the home, or put a link to it there and name that`
}

/** The settings in force. An environment variable with the file's own value changes nothing. */
function settingsOf(account: string): readonly Setting[] {
  const config = openYaml(readConfigText(account))
  if (!config.ok) return []
  const written = new Map(settingsIn(config.data, []))
  const given = Object.keys(config.data)
    .flatMap((section) =>
      overridesOf(section, environmentOf(account)).map(({ variable, path, text }) => ({
        variable,
        name: [section, ...path].join('.'),
        file: text,
        isOfHome: OF_THE_HOME.has(path.at(-1) ?? ''),
      })),
    )
    .filter(({ isOfHome, name, file }) => isOfHome && written.get(name) !== file)
  for (const { name } of given) written.delete(name)
  return [
    ...[...written].map(([name, file]) => ({ in: 'config.yaml', name, file }) as const),
    ...given.map(({ variable, file }) => ({ in: 'environment', name: variable, file }) as const),
  ]
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
