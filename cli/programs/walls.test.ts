// What Node itself says that a program behind its walls may do.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { authorityConfig } from '@keyside/authority'
import { botConfig } from '@keyside/bot'
import { brokerConfig } from '@keyside/broker'
import { executorConfig } from '@keyside/executor'
import { engineConfig } from '@keyside/strategy-engine'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { PROGRAMS, type Program } from './program-names.ts'
import { FILE_SETTING, wallFlags, wallsOf } from './walls.ts'

const CONFIG = `
broker: { socket: run/broker.sock }
authority: { provider: p }
engine: { strategies: strategies }
executor: { home: { tokenFile: elsewhere/device.token }, database: records/journal.db }
bot: {}
`

function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'keyside-walls-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  for (const name of [...PROGRAMS, 'strategies', 'records']) mkdirSync(join(home, name))
  writeFileSync(join(home, 'config.yaml'), CONFIG)
  return home
}

const ASK = `
const [reads, writes, others] = JSON.parse(process.argv[1])
const has = (what, all) => all.filter((path) => process.permission.has(what, path))
console.log(JSON.stringify([has('fs.read', reads), has('fs.write', writes), others.filter((what) => process.permission.has(what))]))
`
const OTHERS = ['child', 'worker', 'addon', 'wasi', 'inspector', 'ffi']

/** Of these paths: what it may read and write; and what it may do besides. */
function allowed(program: Program, home: string, paths: readonly string[]) {
  const flags = wallFlags(wallsOf(program, home, { HOME: home }))
  const all = paths.map((path) => join(home, path))
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [...flags, '--eval', ASK, JSON.stringify([all, all, OTHERS])],
    { encoding: 'utf8' },
  )
  expect(stderr).toBe('')
  const [reads = [], writes = [], others = []] = JSON.parse(stdout) as string[][]
  const short = (found: readonly string[]) => found.map((path) => path.slice(home.length + 1))
  return { reads: short(reads), writes: short(writes), others }
}

const FILES = [
  '.',
  'other',
  'config.yaml',
  'policy.yaml',
  'strategies/mine.yaml',
  ...PROGRAMS.flatMap((program) => [`${program}/secret`, `run/${program}.alive`]),
  'run/HALT',
  'run/UNHALT',
  'run/broker.sock',
  'broker/access.json',
  'engine/subscribers.json',
  'elsewhere/device.token',
  'records/journal.db',
  'records/journal.db-wal',
  'records/other',
]

test.each<[Program, readonly string[], readonly string[], readonly string[]]>([
  ['broker', [], ['run/broker.sock', 'broker/access.json'], []],
  ['authority', [], ['broker/access.json', 'engine/subscribers.json'], []],
  ['engine', ['strategies/mine.yaml'], ['engine/subscribers.json'], []],
  [
    'executor',
    ['policy.yaml', 'elsewhere/device.token'],
    ['run/HALT', 'run/UNHALT', 'run/broker.sock', 'records/journal.db', 'records/journal.db-wal'],
    [],
  ],
  ['bot', [], [], []],
])(
  '%s has its own folder, what its section names, and nothing of another program',
  (program, reads, writes, others) => {
    const run = FILES.filter((file) => file.startsWith('run/'))
    const own = [`${program}/secret`, `run/${program}.alive`]
    const found = allowed(program, newHome(), FILES)
    const all = program === 'executor' ? [...own, ...run] : own
    expect(new Set(found.writes)).toEqual(new Set([...all, ...writes]))
    expect(new Set(found.reads)).toEqual(
      new Set([...all, ...run, ...writes, ...reads, 'config.yaml']),
    )
    expect(found.others).toEqual(others)
  },
)

test('an engine has processes for strategies in TypeScript where there are any, and threads for trials where it has a bot', () => {
  const home = newHome()
  const allows = () => {
    const flags = wallFlags(wallsOf('engine', home, {}))
    return flags.filter((flag) => /^--allow-(?!net|fs)/.test(flag))
  }
  expect(allows()).toEqual([])
  writeFileSync(join(home, 'strategies/mine.ts'), '')
  expect(allows()).toEqual(['--allow-child-process'])
  writeFileSync(join(home, 'config.yaml'), 'engine: { bot: { id: bot } }')
  expect(allows()).toEqual(['--allow-worker', '--allow-child-process'])
})

test('a section that cannot be read takes nothing away that its program needs to say so', () => {
  const home = newHome()
  writeFileSync(join(home, 'config.yaml'), 'executor: [')
  expect(allowed('executor', home, ['config.yaml']).reads).toEqual(['config.yaml'])
})

/** Settings that are other text, by their names; and two that are files with rules of their own. */
const OTHERWISE = new Set(
  'database socket authority id account url clientId key name address of exchange provider plan issuer audience about text host'.split(
    ' ',
  ),
)

test('every setting is known as a file, or as something else', () => {
  for (const section of [brokerConfig, authorityConfig, engineConfig, executorConfig, botConfig]) {
    const schema = z.toJSONSchema(section, { unrepresentable: 'any', io: 'input' })
    const names = textSettings(schema as Schema)
    expect(names.filter((name) => !FILE_SETTING.test(name) && !OTHERWISE.has(name))).toEqual([])
  }
})

interface Schema {
  readonly type?: string
  readonly enum?: unknown
  readonly pattern?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly anyOf?: readonly Schema[]
  readonly additionalProperties?: Schema | boolean
}

function textSettings(schema: Schema, name = ''): string[] {
  if (schema.type === 'string' && schema.enum === undefined && schema.pattern === undefined)
    return [name]
  const inner = Object.entries(schema.properties ?? {}).map(([key, one]) => textSettings(one, key))
  const other = typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : []
  return [
    ...inner,
    ...[...(schema.anyOf ?? []), ...other].map((one) => textSettings(one, name)),
  ].flat()
}
