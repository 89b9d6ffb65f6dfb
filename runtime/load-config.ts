// Configuration: one section of config.yaml, then the environment, then one strict schema.
import { join } from 'node:path'
import type { z } from 'zod'
import { type Environment, environment } from './config.ts'
import { KeysideError } from './error.ts'
import { readTextIfThere } from './read-file.ts'
import { firstIssue, type OpenedYaml, openYaml } from './yaml/yaml.ts'

type Section = Record<string, unknown>

/** What one environment variable says. */
interface Override {
  readonly variable: string
  /** Within the section. */
  readonly path: readonly string[]
  readonly text: string
}

/**
 * The section `name` of `<home>/config.yaml`, checked. An environment variable overrides the file:
 * KEYSIDE_BOT__TELEGRAM__ADDRESS is bot.telegram.address, KEYSIDE_BROKER__WS_PORT is broker.wsPort. It is text, and
 * becomes a number, `true`, `false` or `null` only where the schema has no text.
 * Throws as `readConfigText`, or `config_invalid` with the line of the file or the name of the variable.
 */
export function loadConfig<Schema extends z.ZodType>(
  name: string,
  schema: Schema,
  home: string,
  env: Environment = environment,
): z.infer<Schema> {
  const file = join(home, 'config.yaml')
  const opened = openConfig(home)
  const overrides = overridesOf(name, env)
  const written = opened.data[name]
  if ((written === undefined || written === null) && overrides.length === 0)
    throw invalid(
      `${file}, line ${opened.lineOf([name])}: the section "${name}" is missing, so nothing here is the ${name}: run this in the home that has it (KEYSIDE_HOME), or write the section as docs/configuration.md shows`,
    )
  const section = structuredClone(written ?? {}) as Section
  // What is no section is refused as it is.
  if (typeof section === 'object' && !Array.isArray(section))
    for (const one of overrides) set(section, one, one.text)
  const parsed = parse(schema, section, overrides)
  if (parsed.success) return parsed.data
  const issue = firstIssue(parsed.error.issues, schema)
  throw invalid(`${placeOf(issue.path, { name, file, opened, overrides })}: ${issue.message}`)
}

/** Names of the sections of a home's config.yaml. Throws as `readConfigText`, and `config_invalid`. */
export function configSections(home: string): readonly string[] {
  return Object.keys(openConfig(home).data)
}

/** A start reads several sections of one text. */
let last: { readonly text: string; readonly opened: OpenedYaml } | null = null

function openConfig(home: string): OpenedYaml {
  const text = readConfigText(home)
  if (last?.text === text) return last.opened
  const opened = openYaml(text)
  if (!opened.ok)
    throw invalid(`${join(home, 'config.yaml')}, line ${opened.line}: ${opened.message}`)
  last = { text, opened }
  return opened
}

/** Of the config.yaml of a home. Throws `config_missing` and `file_refused`. */
export function readConfigText(home: string): string {
  const file = join(home, 'config.yaml')
  const text = readTextIfThere(file)
  if (text !== null) return text
  throw new KeysideError('config_missing', `cannot read ${file}: run "keyside init" first`)
}

/** What the environment says of the section `name`. */
export function overridesOf(name: string, env: Environment): Override[] {
  const prefix = `KEYSIDE_${name.toUpperCase()}__`
  return Object.entries(env)
    .filter(([variable]) => variable.startsWith(prefix))
    .map(([variable, text = '']) => {
      return { variable, path: variable.slice(prefix.length).split('__').map(camel), text }
    })
}

function camel(constant: string): string {
  return constant.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** Where the file has no level of that name, or something that is none, there is one then. */
function set(section: Section, { path }: Override, value: unknown): void {
  let level = section
  for (const key of path.slice(0, -1)) {
    const next = Object.hasOwn(level, key) ? level[key] : undefined
    level[key] = typeof next === 'object' && next !== null ? next : {}
    level = level[key] as Section
  }
  level[path.at(-1) ?? ''] = value
}

/** Text first; where the schema wants something else, what the text says there. */
function parse<Schema extends z.ZodType>(
  schema: Schema,
  section: Section,
  overrides: readonly Override[],
) {
  const parsed = schema.safeParse(section)
  if (parsed.success) return parsed
  for (const issue of parsed.error.issues) {
    if (issue.code !== 'invalid_type') continue
    const override = overrides.find(({ path }) => isSame(path, issue.path))
    if (override !== undefined) set(section, override, typed(override.text, issue.expected))
  }
  return schema.safeParse(section)
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/

function typed(text: string, expected: string): unknown {
  if (text === 'null') return null
  if (expected === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  return ['number', 'int'].includes(expected) && NUMBER.test(text) ? Number(text) : text
}

/** A variable by its name, and everything else by its line. */
function placeOf(
  path: readonly PropertyKey[],
  {
    name,
    file,
    opened,
    overrides,
  }: { name: string; file: string; opened: OpenedYaml; overrides: readonly Override[] },
): string {
  const override = overrides.find(
    (one) =>
      isSame(one.path, path.slice(0, one.path.length)) ||
      (path.length > 0 &&
        isSame(path, one.path.slice(0, path.length)) &&
        !isIn(opened, name, path)),
  )
  if (override !== undefined) return override.variable
  const line = opened.lineOf([name, ...path])
  return `${file}, line ${line}: ${[name, ...path].map(String).join('.')}`
}

function isIn({ data }: OpenedYaml, name: string, path: readonly PropertyKey[]): boolean {
  let level: unknown = data[name]
  for (const key of path) {
    if (typeof level !== 'object' || level === null || !Object.hasOwn(level, key)) return false
    level = (level as Record<PropertyKey, unknown>)[key]
  }
  return true
}

function isSame(one: readonly PropertyKey[], other: readonly PropertyKey[]): boolean {
  return one.length === other.length && one.every((key, at) => key === other[at])
}

function invalid(message: string): KeysideError {
  return new KeysideError('config_invalid', message)
}
