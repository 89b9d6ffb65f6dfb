// config.yaml and the environment: whatever is slipped in, file and line or the variable are named, and nothing else is read.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { type Environment, executorsFolder, keysideHome, logLevel } from './config.ts'
import { KeysideError } from './error.ts'
import { loadConfig } from './load-config.ts'
import { checkYaml } from './yaml/yaml.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keyside-config-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const GOOD = 'executor:\n  id: device\n  account: main\n  database: journal.db\n'
const schema = z.strictObject({
  id: z.string(),
  account: z.string(),
  database: z.string(),
  port: z.int().nullable().default(1883),
  share: z.number().gt(-1).lt(1).optional(),
  loud: z.boolean().default(false),
  level: z.enum(['low', 'high']).optional(),
  limits: z.strictObject({ most: z.int().min(0).max(50).default(5) }).prefault({}),
})

const load = (content: string | Uint8Array, env: Environment = {}) => {
  writeFileSync(join(home, 'config.yaml'), content)
  return loadConfig('executor', schema, home, env)
}

function refusal(work: () => unknown): { code: string; message: string } {
  try {
    work()
  } catch (error) {
    if (error instanceof KeysideError) return { code: error.code, message: error.message }
    throw error
  }
  throw new Error('it was taken')
}

test.each<[string, string, number, RegExp]>([
  ['a tab for indentation', GOOD.replace('  account', '\taccount'), 3, /[Tt]ab/],
  ['a setting without a colon', GOOD.replace('account:', 'account'), 3, /write "name: value"/],
  [
    'a section without a colon',
    `bot: {}\n${GOOD.replace('executor:', 'executor')}`,
    2,
    /write "name: value"/,
  ],
  [
    'a word that is none of the choices',
    `${GOOD}  level: hihg\n`,
    5,
    /level: expected one of "low", "high"$/,
  ],
  ['a number that is too big', `${GOOD}  limits: { most: 99 }\n`, 5, /most: expected at most 50$/],
  ['a number at its open end', `${GOOD}  share: 1\n`, 5, /share: expected less than 1$/],
  ['a number at its open begin', `${GOOD}  share: -1\n`, 5, /share: expected more than -1$/],
  [
    'a number that is too small',
    `${GOOD}  limits: { most: -1 }\n`,
    5,
    /most: expected at least 0$/,
  ],
  ['a key twice', `${GOOD}  account: other\n`, 5, /stands here twice/],
  ['a section twice', `${GOOD}${GOOD}`, 5, /stands here twice/],
  ['an unclosed quote', GOOD.replace('main', '"main'), 5, /quote/],
  ['a colon in a value', GOOD.replace('main', 'main: two'), 3, /colon in it belongs in quotes/],
  [
    'a Windows path in double quotes',
    GOOD.replace('journal.db', '"C:\\keys\\j.db"'),
    4,
    /single quotes/,
  ],
  ['two documents', `${GOOD}---\n${GOOD}`, 5, /a second document/],
  ['an indentation that fits no level', GOOD.replace('  account', '   account'), 2, /[Nn]ested/],
  ['an open bracket', GOOD.replace('main', '[main'), 4, /./],
  [
    'an anchor and its alias',
    GOOD.replace('device', '&a device').replace('main', '*a'),
    3,
    /alias \(\*a\)/,
  ],
  ['a merge', `base: &b { id: x }\n${GOOD}  <<: *b\n`, 6, /alias/],
  ['an alias to nothing', GOOD.replace('main', '*none'), 3, /alias/],
  ['a tag', GOOD.replace('main', '!!js/function main'), 3, /begins with "!"/],
  ['a tag of its own', GOOD.replace('main', '!secret main'), 3, /begins with "!"/],
  ['a NUL', GOOD.replace('main', 'ma\0in'), 3, /no text/],
  ['a control character', GOOD.replace('main', 'ma\u001bin'), 3, /no text/],
  ['an empty file', '', 1, /section "executor" is missing/],
  ['only a comment', '# nothing\n', 1, /section "executor" is missing/],
  ['a list at the top', '- executor\n', 1, /expected settings/],
  ['a word at the top', 'executor\n', 1, /expected settings/],
  ['a section that is missing', 'bot:\n  id: bot\n', 1, /section "executor" is missing/],
  ['a section of nothing', 'bot: {}\nexecutor:\n', 2, /section "executor" is missing/],
  ['a section that is a word', 'bot: {}\nexecutor: yes\n', 2, /expected a section of settings/],
  ['a section that is a list', 'executor:\n  - id: device\n', 2, /expected a section of settings/],
  ['an unknown key', `${GOOD}  colour: red\n`, 5, /executor\.colour: unknown key "colour"/],
  ['a key of every object', `${GOOD}  __proto__: { id: x }\n`, 5, /unknown key "__proto__"/],
  ['a word for a number', `${GOOD}  port: many\n`, 5, /executor\.port: .*number/],
  ['a number that is too long', `${GOOD}  port: 18446744073709551616\n`, 5, /executor\.port/],
  [
    'a number for a word',
    GOOD.replace('main', '5'),
    3,
    /executor\.account: expected a text: write it in quotes/,
  ],
  [
    'YAML 1.1, where no is false',
    `%YAML 1.1\n---\n${GOOD.replace('main', 'no')}  loud: yes\n`,
    7,
    /loud/,
  ],
  ['a nesting without end', `executor: ${'['.repeat(200_000)}`, 1, /nested too deep|./],
  ['a file that is too long', `${GOOD}${'# a\n'.repeat(300_000)}`, 1, /longer than/],
])('%s is refused with its line', (_, text, line, says) => {
  const { code, message } = refusal(() => load(text))
  expect(code).toBe('config_invalid')
  expect(message).toContain(`${join(home, 'config.yaml')}, line ${line}: `)
  expect(message).toMatch(says)
  expect(message.split('\n')).toHaveLength(1)
})

test.each([
  ['the line ends of Windows', GOOD.replaceAll('\n', '\r\n')],
  ['a mark at its beginning', `\ufeff${GOOD}`],
  ['no line end', GOOD.trimEnd()],
  ['a marker of its document', `---\n${GOOD}...\n`],
  ['other sections, whatever is in them', `${GOOD}bot: [1, 2]\n`],
])('%s is taken', (_, text) => {
  expect(load(text)).toMatchObject({ id: 'device', account: 'main', database: 'journal.db' })
})

test('the lines of Windows are counted as lines', () => {
  const text = `${GOOD}  colour: red\n`.replaceAll('\n', '\r\n')
  expect(refusal(() => load(text)).message).toContain('line 5')
})

test.each([
  ['bytes that are no UTF-8', Buffer.from(GOOD.replace('main', 'm\xe4in'), 'latin1'), 3],
  ['UTF-16, as some editors save it', Buffer.from(`\ufeff${GOOD}`, 'utf16le'), 1],
])('%s are refused with their line', (_, bytes, line) => {
  const { code, message } = refusal(() => load(bytes))
  expect(code).toBe('config_invalid')
  expect(message).toContain(`line ${line}: a character that is no text: save the file as UTF-8`)
})

test('a folder in its place, or a file in the place of the home, cannot be read', () => {
  mkdirSync(join(home, 'config.yaml'))
  expect(refusal(() => loadConfig('executor', schema, home, {}))).toEqual({
    code: 'file_refused',
    message: `${join(home, 'config.yaml')}: it is a folder: name a file`,
  })
  const file = join(home, 'file')
  writeFileSync(file, '')
  expect(refusal(() => loadConfig('executor', schema, file, {})).code).toBe('file_refused')
})

test('without a file the first step is named', () => {
  expect(refusal(() => loadConfig('executor', schema, home, {}))).toMatchObject({
    code: 'config_missing',
    message: expect.stringContaining('run "keyside init" first'),
  })
})

const TEXTS = [
  '[1,2]',
  '!!js/function x',
  '{a: b}',
  'null',
  '~',
  'yes',
  'no',
  'true',
  '0123',
  '1e3',
  '12345678901234567890123',
  '*a',
  '&a b',
  '"x"',
  'a: b',
  '# x',
  ' x ',
  '',
]
test.each(TEXTS)('%j in the environment is that text, wherever text belongs', (text) => {
  expect(load(GOOD, { KEYSIDE_EXECUTOR__ACCOUNT: text }).account).toBe(text)
})

test.each([
  ['PORT', '9001', { port: 9001 }],
  ['PORT', 'null', { port: null }],
  ['SHARE', '-0.25', { share: -0.25 }],
  ['LOUD', 'true', { loud: true }],
  ['LOUD', 'false', { loud: false }],
  ['LIMITS__MOST', '7', { limits: { most: 7 } }],
])('KEYSIDE_EXECUTOR__%s=%s has the type of its setting', (variable, text, is) => {
  expect(load(GOOD, { [`KEYSIDE_EXECUTOR__${variable}`]: text })).toMatchObject(is)
})

test.each([
  ['PORT', '0x10'],
  ['PORT', '1e3'],
  ['PORT', '0123'],
  ['PORT', ''],
  ['PORT', ' 1'],
  ['PORT', '~'],
  ['PORT', '[1]'],
  ['PORT', '18446744073709551616'],
  ['PORT', '1.5'],
  ['SHARE', '.nan'],
  ['LOUD', 'yes'],
  ['LOUD', 'True'],
  ['LOUD', '1'],
  ['LIMITS', '{most: 7}'],
  ['LIMITS', 'null'],
  ['COLOUR', 'red'],
  ['PROT', '1'],
  ['LIMITS__LEAST', '1'],
  ['CONSTRUCTOR__NAME', 'x'],
  ['', 'x'],
])('KEYSIDE_EXECUTOR__%s=%s is refused by its name, and no line is blamed', (variable, text) => {
  const name = `KEYSIDE_EXECUTOR__${variable}`
  const { code, message } = refusal(() => load(GOOD, { [name]: text }))
  expect(code).toBe('config_invalid')
  expect(message).toMatch(new RegExp(`^${name}: `))
  expect(message).not.toContain('line')
})

test('a variable stands above what the file says, and a slip elsewhere in the file is still told', () => {
  const env = { KEYSIDE_EXECUTOR__PORT: '1' }
  expect(load(`${GOOD}  port: many\n`, env).port).toBe(1)
  expect(load(`${GOOD}  limits:\n`, { KEYSIDE_EXECUTOR__LIMITS__MOST: '3' }).limits.most).toBe(3)
  expect(refusal(() => load(`${GOOD}  account: twice\n`, env)).message).toContain('line 5')
  expect(refusal(() => load(GOOD.replace('account: main', ''), env)).message).toContain(
    'executor.account',
  )
})

test('a section may stand in the environment alone', () => {
  const env = { KEYSIDE_EXECUTOR__ID: 'a', KEYSIDE_EXECUTOR__ACCOUNT: 'b' }
  expect(load('', { ...env, KEYSIDE_EXECUTOR__DATABASE: 'c' })).toMatchObject({ database: 'c' })
})

test('variables of other sections say nothing here', () => {
  expect(load(GOOD, { KEYSIDE_BOT__COLOUR: 'red', KEYSIDE_EXECUTORS: 'x' }).id).toBe('device')
})

test('the log has a level that exists, and an empty variable is none', () => {
  expect(logLevel({})).toBe('info')
  expect(logLevel({ KEYSIDE_LOG: '' })).toBe('info')
  expect(refusal(() => logLevel({ KEYSIDE_LOG: 'loud' }))).toMatchObject({
    code: 'config_invalid',
    message: expect.stringMatching(/^KEYSIDE_LOG: /),
  })
  expect(keysideHome({ KEYSIDE_HOME: '' })).toBe(keysideHome({}))
})

test.each([
  '~',
  '~/.keyside',
  '"/srv/keyside"',
  "'/srv/keyside'",
  '/srv/keyside\r',
  '/srv/keyside ',
])(
  'KEYSIDE_HOME as no shell has read it is refused, and no folder of that name is made: %j',
  (home) => {
    const refusal = { code: 'config_invalid', message: expect.stringContaining('the whole path') }
    expect(() => keysideHome({ KEYSIDE_HOME: home })).toThrow(expect.objectContaining(refusal))
  },
)

test.each(["/srv/o'brien/keyside", '/srv/a b/~old', 'relative'])('%s is a path', (home) => {
  expect(keysideHome({ KEYSIDE_HOME: home })).toBe(resolve(home))
})

test("an empty HOME is no folder: the one in which a program begins is nobody's home", () => {
  vi.stubEnv('HOME', '')
  onTestFinished(() => void vi.unstubAllEnvs())
  expect(keysideHome({ KEYSIDE_HOME: '/somewhere' })).toBe('/somewhere')
  const unknown = expect.objectContaining({ code: 'home_unknown' })
  expect(() => keysideHome({})).toThrow(unknown)
  expect(() => executorsFolder()).toThrow(unknown)
})

test('policies and strategies are read in the same way', () => {
  const anything = z.record(z.string(), z.unknown())
  for (const text of ['a: b\u0000', 'a: \ufffd', `a: ${'['.repeat(200_000)}`, 'a: 1\n---\nb: 2'])
    expect(checkYaml(text, anything, { scalars: 'text' })).toMatchObject({ ok: false, path: '' })
})
