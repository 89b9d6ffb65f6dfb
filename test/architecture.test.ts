// The tables of ARCHITECTURE.md are the way through the code: every file there, each called by one above it, none calling up.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { read, resolveImport, root } from './source.ts'

interface Row {
  readonly step: string
  readonly file: string
}

/** The rows of each table of a section, in their order, by its heading. */
function tablesOf(section: string): ReadonlyMap<string, readonly Row[]> {
  const [, text = ''] = read('ARCHITECTURE.md').split(`\n## ${section}\n`)
  const parts = (text.split('\n## ')[0] ?? '').split('\n### ').slice(1)
  return new Map(
    parts.map((part) => {
      const rows = part.matchAll(/^\| ([^|]*) \| `([^`]+)` \|/gm)
      const read = [...rows].map(([, step = '', file = '']) => ({ step, file }))
      return [part.slice(0, part.indexOf('\n')), read]
    }),
  )
}

const WAY = tablesOf("One signal's way")
const TABLES = [...WAY, ...tablesOf('Ways beside it')].map(
  ([heading, rows]) => [heading, rows.map(({ file }) => file)] as const,
)

/** Which file of a package each name comes from that its door gives out. */
function given(door: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const [, names = '', path = ''] of read(door).matchAll(/export \{([^}]*)\} from '([^']+)'/g))
    for (const name of valuesIn(names)) found.set(name, resolveImport(door, path) ?? '')
  return found
}

/** Names of values, not of types. */
function valuesIn(names: string): readonly string[] {
  const all = names.split(',').map((name) => name.trim())
  return all
    .filter((name) => name !== '' && !name.startsWith('type '))
    .map((name) => name.split(' ')[0] ?? '')
}

/** The files whose values this one imports; of a package, the files behind its door. */
function callees(file: string): ReadonlySet<string> {
  const statements = read(file).matchAll(
    /^import (?!type )(?:\{([^}]*)\}|\* as \w+) from '([^']+)'/gm,
  )
  return new Set(
    [...statements].flatMap(([, names, path = '']) => {
      const values = names === undefined ? ['*'] : valuesIn(names)
      if (values.length === 0) return []
      const target = resolveImport(file, path)
      if (target === null || path.startsWith('.')) return target ?? []
      const files = given(target)
      return values.flatMap((name) => files.get(name) ?? [])
    }),
  )
}

test('there is a table for each part of the way', () => {
  expect(WAY.size).toBeGreaterThanOrEqual(5)
  expect(TABLES.length).toBeGreaterThan(WAY.size)
  for (const [, files] of TABLES) expect(files.length).toBeGreaterThan(2)
})

test('from the candle to the chat there are as many files as is said, none above 300 lines', () => {
  const rows = [...WAY.values()].flat()
  const files = new Set(rows.map(({ file }) => file))
  const composing = rows.filter(({ step }) => step.startsWith('composed')).map(({ file }) => file)
  const said = / (\d+) files from the candle\s+to the chat,\s+of which (\d+) only compose/
  const [, all = '', some = ''] = said.exec(read('ARCHITECTURE.md')) ?? []
  expect([files.size, new Set(composing).size]).toEqual([Number(all), Number(some)])
  expect([...files].filter((file) => read(file).split('\n').length > 301)).toEqual([])
})

test.each(TABLES)('%s: every file is there', (_, files) => {
  expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([])
})

test.each(TABLES)('%s: each is called by one above it, and none calls one above it', (_, files) => {
  const wrong = files.flatMap((file, at) => {
    const above = files.slice(0, at)
    const called = at === 0 || above.some((one) => callees(one).has(file))
    const back = above.filter((one) => callees(file).has(one))
    return [
      ...(called ? [] : [`nothing above calls ${file}`]),
      ...back.map((one) => `${file} calls ${one}`),
    ]
  })
  expect(wrong).toEqual([])
})
