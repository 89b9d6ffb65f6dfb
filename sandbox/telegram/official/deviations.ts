// Holds a request against the official list of parameters and types (bot-api.json), to the last level. Telegram ignores
// what it does not know: a misspelt parameter would be a feature that never worked, and nobody would see it.
import list from './bot-api.json' with { type: 'json' }

/** Types of each field, such as "!Integer | String": required with "!". A list of names: one of these. */
type Fields = Readonly<Record<string, string>>

const METHODS: Readonly<Record<string, Fields>> = list.methods
const TYPES: Readonly<Record<string, Fields | readonly string[]>> = list.types

interface Sent {
  readonly fields: Readonly<Record<string, unknown>>
  /** Whatever is no text comes in a form as JSON. */
  readonly encoding: 'json' | 'form'
  /** Names of the fields that came as files. */
  readonly files: Iterable<string>
}

/** One sentence for each deviation; none of a method that the list does not have. */
export function deviations(method: string, { fields, encoding, files }: Sent): string[] {
  const parameters = METHODS[method]
  if (parameters === undefined) return []
  const given = encoding === 'json' ? fields : unpacked(fields, parameters)
  const attached = Object.fromEntries([...files].map((name) => [name, FILE]))
  // A file that another field names by attach:// may have any name.
  const named = JSON.stringify(fields)
  const known = Object.entries(attached).filter(([name]) => !named.includes(`attach://${name}`))
  return fieldsOff({ ...given, ...Object.fromEntries(known) }, parameters, '')
}

const FILE = Symbol('file')

function unpacked(fields: Readonly<Record<string, unknown>>, parameters: Fields) {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const isText = typesOf(parameters[name] ?? 'String').includes('String')
      return [name, isText || typeof value !== 'string' ? value : parsed(value)]
    }),
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function typesOf(field: string): readonly string[] {
  return field.replace('!', '').split(' | ')
}

function fieldsOff(given: Readonly<Record<string, unknown>>, fields: Fields, path: string) {
  const missing = Object.entries(fields)
    .filter(([name, field]) => field.startsWith('!') && given[name] === undefined)
    .map(([name]) => `missing parameter "${at(path, name)}"`)
  const wrong = Object.entries(given).flatMap(([name, value]) => {
    const field = fields[name]
    if (field === undefined) return [`unknown parameter "${at(path, name)}"`]
    return value === undefined ? [] : valueOff(value, typesOf(field), at(path, name))
  })
  return [...missing, ...wrong]
}

function at(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

/** Right if it is of one of the types; else what is wrong with the one that it is nearest to. */
function valueOff(value: unknown, types: readonly string[], path: string): string[] {
  const off = types.map((type) => typeOff(value, type, path))
  return off.toSorted((a, b) => a.length - b.length)[0] ?? []
}

function typeOff(value: unknown, type: string, path: string): string[] {
  if (type.startsWith('Array of ')) {
    if (!Array.isArray(value)) return [wrongType(path, type)]
    const inner = type.slice('Array of '.length)
    return value.flatMap((one, index) => typeOff(one, inner, at(path, String(index))))
  }
  const isRight = PRIMITIVES[type]
  if (isRight !== undefined) return isRight(value) ? [] : [wrongType(path, type)]
  const known = TYPES[type]
  if (isNames(known)) return valueOff(value, known, path)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [wrongType(path, type)]
  return fieldsOff(value as Record<string, unknown>, known ?? {}, path)
}

function isNames(type: Fields | readonly string[] | undefined): type is readonly string[] {
  return Array.isArray(type)
}

const PRIMITIVES: Readonly<Record<string, (value: unknown) => boolean>> = {
  Integer: Number.isSafeInteger,
  Float: Number.isFinite,
  String: (value) => typeof value === 'string' || value === FILE,
  Boolean: (value) => typeof value === 'boolean',
  InputFile: (value) => value === FILE,
}

function wrongType(path: string, type: string): string {
  return `parameter "${path}" is no ${type}`
}
