// Every snippet of docs/strategies-typescript.md, and every example in TypeScript.
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { INDICATORS } from '../../indicators/table.ts'
import { randomCandles } from '../../testing/random-candles.ts'
import { checkStrategy } from '../check.ts'
import { problemText } from '../file/report.ts'
import { strategyShape } from '../file/shape.ts'
import { typeScriptReader } from './read-typescript.ts'
import { coded, codeText, mistakes } from './testing/code.ts'

const root = join(import.meta.dirname, '../../..')
const TYPES = join(import.meta.dirname, 'keyside.d.ts')
const text = readFileSync(join(root, 'docs/strategies-typescript.md'), 'utf8')

const blocks = (language: string): readonly string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(
    ([, code = '']) => code,
  )

const examples = readdirSync(join(root, 'examples/strategies'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join(root, 'examples/strategies', file), 'utf8'))

test('every file of the docs and every example is a strategy, and an honest one', () => {
  const files = [...blocks('ts'), ...examples]
  expect(files.length).toBeGreaterThanOrEqual(3)
  for (const file of files) {
    const read = typeScriptReader('docs.ts', file)({})
    if (!read.ok) throw new Error(read.problems.map(problemText).join('\n'))
    const [strategy] = read.strategies
    const candles = randomCandles({ length: 600, seed: 2, seconds: 900, range: 0.02 })
    const others = new Map([['BTC/USDT', candles]])
    const { lookAhead, again } = checkStrategy(strategy, candles, others)
    expect([lookAhead.changed, again]).toEqual([[], []])
  }
})

test('an editor finds no mistake in them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-types-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  copyFileSync(TYPES, join(folder, 'keyside.d.ts'))
  const names = [...blocks('ts'), ...examples].map((code, at) => {
    const name = join(folder, `snippet-${at}.ts`)
    writeFileSync(name, code.replace(/'[^']*\/keyside\.d\.ts'/, `'./${'keyside.d.ts'}'`))
    return name
  })
  const options = ['--noEmit', '--strict', '--target', 'esnext', '--module', 'nodenext']
  const tsc = join(root, 'node_modules/.bin/tsc')
  const { stdout } = spawnSync(tsc, ['--ignoreConfig', ...options, ...names], {
    cwd: folder,
    encoding: 'utf8',
  })
  expect(stdout).toBe('')
})

const [mistaken = ''] = blocks('mistakes')
const pairs = [...mistaken.matchAll(/^(?!=>)(.*)\n=> (.*)$/gm)].map(
  ([, code = '', told = '']) => [code, told] as const,
)

test.each(pairs)('the mistake %s is told as the docs say', (code, told) => {
  const [, enter] = /^enter: (.*)$/.exec(code) ?? []
  const build = 'const { series } = context'
  if (enter !== undefined) {
    const parts = { build, enter: enter.startsWith('{') ? `(${enter})` : enter }
    const candles = randomCandles({ length: 50, seed: 1 })
    expect(() => checkStrategy(coded(parts), candles)).toThrow(told)
    return
  }
  const isImport = code.startsWith('import')
  expect(mistakes(isImport ? code : codeText({ build: code })).join('\n')).toContain(told)
})

test('the types have every key of a strategy', () => {
  const types = readFileSync(TYPES, 'utf8')
  const keys = Object.keys(strategyShape.shape).filter((key) => key !== 'enter' && key !== 'exit')
  expect(keys.filter((key) => !new RegExp(`^ {2}${key}\\??: `, 'm').test(types))).toEqual([])
  expect(pairs.length).toBeGreaterThan(9)
  expect(Object.keys(INDICATORS).length).toBeGreaterThan(100)
})
