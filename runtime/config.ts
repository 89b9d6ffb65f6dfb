// Configuration: one section of config.yaml, then the environment, then one strict schema.
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { parse, parseDocument, stringify } from 'yaml'
import { z } from 'zod'
import { KeysideError } from './error.ts'
import { checkYaml } from './yaml.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** KEYSIDE_HOME, by default ~/.keyside. */
export function keysideHome(env: Environment = process.env): string {
  return resolve(env['KEYSIDE_HOME'] || join(homedir(), '.keyside'))
}

/** KEYSIDE_LOG: a pino level, by default `info`. */
export function logLevel(env: Environment = process.env): string {
  return env['KEYSIDE_LOG'] ?? 'info'
}

/**
 * The section `name` of `<home>/config.yaml`, checked. An environment variable stands above the file:
 * KEYSIDE_BOT__TELEGRAM__ADDRESS is bot.telegram.address, KEYSIDE_BROKER__WS_PORT is broker.wsPort.
 * Throws a KeysideError `config_missing`, or `config_invalid` with the line and what was expected.
 */
export function loadConfig<Schema extends z.ZodType>(
  name: string,
  schema: Schema,
  home: string,
  env: Environment = process.env,
): z.infer<Schema> {
  const file = join(home, 'config.yaml')
  const document = parseDocument(readText(file))
  for (const [path, value] of overrides(name, env)) document.setIn([name, ...path], value)
  const checked = checkYaml(stringify(document), z.looseObject({ [name]: schema }))
  if (checked.ok) return checked.data[name] as z.infer<Schema>
  throw new KeysideError(
    'config_invalid',
    `${file}, line ${checked.line}: ${checked.path}: ${checked.message}`,
  )
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new KeysideError('config_missing', `cannot read ${file}: run "keyside init" first`, error)
  }
}

function overrides(name: string, env: Environment): [string[], unknown][] {
  const prefix = `KEYSIDE_${name.toUpperCase()}__`
  return Object.entries(env)
    .filter(([variable]) => variable.startsWith(prefix))
    .map(([variable, value]) => [
      variable.slice(prefix.length).split('__').map(camel),
      parse(value ?? '') as unknown,
    ])
}

function camel(constant: string): string {
  return constant.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
