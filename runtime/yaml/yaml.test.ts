// YAML as text: what a person wrote reaches the schema unchanged.
import { expect, test } from 'vitest'
import { z } from 'zod'
import { checkYaml } from './yaml.ts'

const anything = z.record(z.string(), z.unknown())

test('reads scalars as YAML types unless told otherwise', () => {
  expect(checkYaml('a: 1.50\nb: true', anything)).toEqual({ ok: true, data: { a: 1.5, b: true } })
})

test('hands scalars over as they were written when asked for text', () => {
  const text = 'a: 0.10000000000000000001\nb: true\nc: 0x10\nd: .nan\ne:\nf: 1.50'
  expect(checkYaml(text, anything, { scalars: 'text' })).toEqual({
    ok: true,
    data: { a: '0.10000000000000000001', b: 'true', c: '0x10', d: '.nan', e: '', f: '1.50' },
  })
})

test('refuses a duplicate key, a tag and an alias when asked for text', () => {
  for (const text of ['a: 1\na: 2', 'a: !!int 5', 'a: &x 1\nb: *x'])
    expect(checkYaml(text, anything, { scalars: 'text' }).ok, text).toBe(false)
})

test('names a misspelt key before the key that is missing because of it', () => {
  const schema = z.strictObject({ a: z.strictObject({ size: z.string() }) })
  expect(checkYaml('a:\n  sise: x', schema)).toEqual({
    ok: false,
    line: 2,
    column: 9,
    path: 'a.sise',
    message: 'unknown key "sise": did you mean "size"?',
  })
})

test.each([
  ['streams:\n  home/trend:\n    alocation: 5', 'alocation', ': did you mean "allocation"?'],
  ['exchange:\n  name: paper\n  ballances: x', 'ballances', ': did you mean "balances"?'],
  ['exchange:\n  name: binance\n  balances: x', 'balances', ''],
  ['days:\n  - colour: red', 'colour', ''],
  ['days:\n  - form: now', 'form', ': did you mean "from"?'],
  ['nothing: like it', 'nothing', ''],
])('%j: the key that was meant, where one is near', (text, key, hint) => {
  const schema = z
    .strictObject({
      streams: z.record(z.string(), z.strictObject({ allocation: z.number() })).default({}),
      exchange: z
        .discriminatedUnion('name', [
          z.strictObject({ name: z.literal('paper'), balances: z.string().optional() }),
          z.strictObject({ name: z.literal('binance') }),
        ])
        .optional(),
      days: z.array(z.strictObject({ from: z.string().optional() })).optional(),
    })
    .transform(({ days }) => days)
  expect(checkYaml(text, schema)).toMatchObject({ message: `unknown key "${key}"${hint}` })
})

test('says where an alias stands, and that it is one', () => {
  expect(checkYaml('live: &a no\n\nx: [*a]', anything, { scalars: 'text' })).toEqual({
    ok: false,
    line: 3,
    column: 5,
    path: '',
    message: 'an alias (*a) is not followed: write out what it stands for',
  })
})

test.each([
  ['---', 1],
  ['# nothing\n---\n', 2],
  ['- a', 1],
  ['yes', 1],
])('refuses a file that is no list of settings: %j', (text, line) => {
  expect(checkYaml(text, anything, { scalars: 'text' })).toEqual({
    ok: false,
    line,
    column: expect.any(Number),
    path: '',
    message: 'expected settings, such as "name: value"',
  })
})

test('a key twice is refused at its second place, and a key that is no word at its own', () => {
  const where = (text: string) => {
    const read = checkYaml(text, anything)
    return read.ok ? 'taken' : `${read.line}:${read.column} ${read.message}`
  }
  expect(where('a: 1\nb:\n  c: 1\n  c: 2')).toBe('4:3 "c" stands here twice')
  expect(where('a: 1\nb: {d: 1, d: 1}')).toBe('2:11 "d" stands here twice')
  expect(where('a: 1\n? [b, c]\n: 2')).toBe('2:3 expected a plain word as a key')
  expect(where('a: 1\n? {b: c}\n: 2')).toBe('2:3 expected a plain word as a key')
})

test.each([
  ['a:\n\u00a0 b: 1\n  c: 2', '2:1 a character that looks like a space'],
  ['a:\n  b:\u00a01\n  c: 2', '2:5 a character that looks like a space'],
  ['a: 1\n# \u00a0\nb: 1\nc: 2\nd: "x', '5:6 Missing closing "quote'],
  ['a:\n  b: 1\n c: 2', '3:1 it does not begin under the settings'],
  ['a: {b: 1\nc: 2', '2:1 it does not begin under the settings that it belongs to, or a bracket'],
  ['a: {n: 20 [1..3]}', '1:11 this cannot stand here'],
  ['a: 1\n---\nb: 2', '2:1 a second document begins here'],
  ['a: %x', '1:4 Plain value cannot start with directive indicator character %: a value that'],
  ['a: 1,\nb', '2:1 a setting without a colon'],
])('a slip is told where it is and in plain words: %j', (text, said) => {
  const read = checkYaml(text, anything, { scalars: 'text' })
  expect(read.ok ? 'taken' : `${read.line}:${read.column} ${read.message}`).toContain(said)
})

test.each([
  [{}, 'it is missing: expected a text'],
  [{ a: [] }, 'expected a text'],
  [{ a: 5 }, 'expected a text: write it in quotes'],
  [{ a: '' }, 'expected a text, and it is empty'],
  [{ a: 'x', b: 1 }, 'expected a section of settings'],
  [{ a: 'x', b: { eur: '1' } }, 'expected capitals'],
])('what the schema wants is said in plain words: %j', (written, said) => {
  const capitals = z.string().regex(/^[A-Z]+$/, 'expected capitals')
  const schema = z.strictObject({
    a: z.string().min(1),
    b: z.record(capitals, z.string()).optional(),
  })
  expect(checkYaml(JSON.stringify(written), schema)).toMatchObject({ ok: false, message: said })
})

test.each([
  ['lists', `a: ${'['.repeat(20_000)}`],
  ['maps', `a: ${'{a: '.repeat(20_000)}`],
  ['few blocks', Array.from({ length: 60 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
  ['blocks', Array.from({ length: 1_300 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
])('%s that are nested without an end are refused as that', (_, text) => {
  expect(checkYaml(text, anything)).toMatchObject({ ok: false, message: 'it is nested too deep' })
})

test('as many keys as a file has room for are read in a moment', () => {
  const text = Array.from({ length: 40_000 }, (_, i) => `k${i}: 1`).join('\n')
  const before = process.cpuUsage().user
  expect(checkYaml(text, anything).ok).toBe(true)
  expect(process.cpuUsage().user - before).toBeLessThan(6_000_000)
})

test('of levels that are more and more there are so many that can be read, and then none', () => {
  const said = Array.from({ length: 24 }, (_, i) => {
    const read = checkYaml(`a: ${'['.repeat(i * 100)}${']'.repeat(i * 100)}`, anything)
    return read.ok ? 'read' : read.message
  })
  expect([...new Set(said)]).toEqual(['read', 'it is nested too deep'])
})
