// docs/configuration.md and the schemas of config.yaml in step, both ways: every setting, with its default.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { SECTIONS } from '../cli/doctor/examine.ts'

const DOC = readFileSync(join(import.meta.dirname, '..', 'docs/configuration.md'), 'utf8')

/** By the full name of the setting: its default, or `required`, or `optional`. */
type Settings = Readonly<Record<string, string>>

function settingsOf(schema: z.ZodType, name = ''): Settings {
  if (schema instanceof z.ZodPrefault) return settingsOf(schema.unwrap() as z.ZodType, name)
  // A part that may be left out as a whole.
  if (schema instanceof z.ZodOptional && schema.unwrap() instanceof z.ZodObject)
    return settingsOf(schema.unwrap() as z.ZodType, name)
  if (schema instanceof z.ZodObject)
    return Object.fromEntries(
      Object.entries(schema.shape).flatMap(([key, inner]) =>
        Object.entries(settingsOf(inner as z.ZodType, name === '' ? key : `${name}.${key}`)),
      ),
    )
  if (schema instanceof z.ZodDefault) return { [name]: String(schema.def.defaultValue) }
  return { [name]: schema instanceof z.ZodOptional ? 'optional' : 'required' }
}

/** A row may tell of several settings, `.key` being beside the one before it, and give each its default, or all one. */
function documentedIn(section: string): Settings {
  const [, text = ''] = new RegExp(`\n## ${section}\n([^]*?)\n## `).exec(DOC) ?? []
  return Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .flatMap((line) => {
        const [, keys = '', defaults = ''] = line.split('|').map((cell) => cell.trim())
        const names = [...keys.matchAll(/`([^`]+)`/g)].map(([, key = '']) => key)
        const parts = defaults.split(', ')
        expect([1, names.length], `defaults of ${keys}`).toContain(parts.length)
        const group = names[0]?.split('.').slice(0, -1).join('.')
        return names.map((name, at) => [
          name.startsWith('.') ? `${group}${name}` : name,
          saidOf(parts[at] ?? parts[0] ?? ''),
        ])
      }),
  )
}

function saidOf(part: string): string {
  if (part === '–') return 'none'
  const [, value] = /^`(.+)`$/.exec(part) ?? []
  return value ?? (/^[\d,]+$/.test(part) ? part.replaceAll(',', '') : 'words')
}

describe.each(Object.entries(SECTIONS))('the section %s', (section, schema) => {
  const settings = settingsOf(schema)
  const documented = documentedIn(section)

  test('has every setting in docs/configuration.md, and no other', () => {
    expect(Object.keys(documented).toSorted()).toEqual(Object.keys(settings).toSorted())
    expect(Object.keys(settings).length).toBeGreaterThan(4)
  })

  test.each(Object.entries(settings))('tells the default of %s: %s', (name, is) => {
    const said = documented[name]
    if (is === 'required') expect(said).toBe('none')
    else if (is === 'optional') expect(['none', 'words']).toContain(said)
    else expect(said).toBe(is)
  })
})

test('every variable that is named there is one of a setting', () => {
  const named = [...DOC.matchAll(/`KEYSIDE_([A-Z]+)__([A-Z_]+)(?:=\S+)?` is `([\w.]+)`/g)]
  expect(named.length).toBeGreaterThan(1)
  for (const [, section = '', variable = '', setting = ''] of named) {
    const levels = variable
      .split('__')
      .map((level) =>
        level.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
      )
    const name = section.toLowerCase()
    expect(`${name}.${levels.join('.')}`).toBe(setting)
    expect(settingsOf(SECTIONS[name as keyof typeof SECTIONS])).toHaveProperty([levels.join('.')])
  }
})
