import { mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@keyside/runtime'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CodeFiles } from './confined/code-files.ts'
import { StrategyFolder } from './strategy-folder.ts'
import { RULES, yaml } from './testing/rules.ts'

const CODE = new CodeFiles(systemClock)

let path: string
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'keyside-strategies-'))
})
afterEach(() => rmSync(path, { recursive: true, force: true }))

const write = (name: string, text: string) => writeFileSync(join(path, name), text)
const rules = (fields: object = {}) => yaml({ ...RULES, ...fields })
const scan = (folder: StrategyFolder) => [...folder.scan()].filter((each) => each !== undefined)
const changes = (folder: StrategyFolder): unknown[][] =>
  scan(folder).map((each) => [each.change, 'strategy' in each ? each.strategy.name : each.message])

test('tells each file once, until it changes', () => {
  const folder = new StrategyFolder(path, CODE)
  write('one.yaml', rules({ name: 'one' }))
  write('two.yml', rules({ name: 'two' }))
  write('notes.txt', 'not a strategy')
  expect(changes(folder)).toEqual([
    ['added', 'one'],
    ['added', 'two'],
  ])
  expect(changes(folder)).toEqual([])
  write('one.yaml', rules({ name: 'one', exit: 'close < 1' }))
  expect(changes(folder)).toEqual([['added', 'one']])
})

test.each(['one (copy)', 'one copy', 'one - Copy', 'one(1)', 'one-old', 'one.bak', 'one_2'])(
  'the original is in force after a start, and not its copy %s',
  (copy) => {
    write(`${copy}.yaml`, rules({ name: 'one', exit: 'close < 1' }))
    write('one.yaml', rules({ name: 'one' }))
    const folder = new StrategyFolder(path, CODE)
    expect(scan(folder)).toMatchObject([
      { change: 'added', file: join(path, 'one.yaml') },
      { change: 'refused', code: 'strategy_name_taken' },
    ])
  },
)

test('what is hidden is no strategy: an editor keeps its lock there, and macOS what it knows of a file', () => {
  write('one.yaml', rules({ name: 'one' }))
  write('._one.yaml', '\0\u0005\u0016\u0007')
  symlinkSync('somebody@host.1', join(path, '.#one.yaml'))
  expect(changes(new StrategyFolder(path, CODE))).toEqual([['added', 'one']])
})

test('keeps the former version of a broken file, until the file is gone', () => {
  const folder = new StrategyFolder(path, CODE)
  write('one.yaml', rules())
  scan(folder)
  write('one.yaml', 'name: [')
  const [[change, message] = []] = changes(folder)
  expect(change).toBe('refused')
  expect(message).toMatch(/^one\.yaml: the former version stays in force: line \d+, column \d+: .+/)
  unlinkSync(join(path, 'one.yaml'))
  expect(changes(folder)).toEqual([['removed', 'demo']])
})

test('says that a file that was never right does not run', () => {
  const folder = new StrategyFolder(path, CODE)
  write('one.yaml', rules({ size: 'much' }))
  expect(changes(folder)).toEqual([
    [
      'refused',
      expect.stringMatching(
        /^one\.yaml: it does not run: line 6, column 7: size: .*\n.*size: much\n +\^/,
      ),
    ],
  ])
  unlinkSync(join(path, 'one.yaml'))
  expect(changes(folder)).toEqual([])
})

test('takes a renamed strategy for one that goes and one that comes', () => {
  const folder = new StrategyFolder(path, CODE)
  write('one.yaml', rules())
  scan(folder)
  write('one.yaml', rules({ name: 'other' }))
  expect(changes(folder)).toEqual([
    ['removed', 'demo'],
    ['added', 'other'],
  ])
})

test('refuses a name that another file has', () => {
  const folder = new StrategyFolder(path, CODE)
  write('one.yaml', rules())
  write('two.yaml', rules())
  expect(changes(folder)).toEqual([
    ['added', 'demo'],
    ['refused', 'two.yaml: it does not run: the name "demo" belongs to one.yaml: choose another'],
  ])
})

test('a file of several markets is a strategy for each, and one that goes ends alone', () => {
  const folder = new StrategyFolder(path, CODE)
  const { market: _, ...rest } = RULES
  const of = (...markets: string[]) => yaml({ ...rest, markets: `[${markets.join(', ')}]` })
  write('one.yaml', of('BTC/USDT', 'ETH/USDT'))
  expect(changes(folder)).toEqual([
    ['added', 'demo-btc-usdt'],
    ['added', 'demo-eth-usdt'],
  ])
  write('one.yaml', of('ETH/USDT', 'SOL/USDT', 'XRP/USDT'))
  expect(changes(folder)).toEqual([
    ['removed', 'demo-btc-usdt'],
    ['added', 'demo-eth-usdt'],
    ['added', 'demo-sol-usdt'],
    ['added', 'demo-xrp-usdt'],
  ])
})

test('refuses a file that is too long', () => {
  const folder = new StrategyFolder(path, CODE)
  write('one.yaml', `${rules()}#${'.'.repeat(40_000)}`)
  expect(scan(folder)).toMatchObject([{ change: 'refused', code: 'strategy_invalid' }])
})

test('says that there is no folder', () => {
  const look = () => new StrategyFolder(join(path, 'nowhere'), CODE).scan()
  expect(look).toThrow(expect.objectContaining({ code: 'strategies_missing' }))
})

test('of very many files each is looked at in its turn, and new and removed ones at once', () => {
  const folder = new StrategyFolder(path, CODE)
  const name = (at: number) => `f${String(at).padStart(4, '0')}.yaml`
  for (let at = 0; at < 1_100; at += 1) write(name(at), 'name: [')
  expect(scan(folder)).toHaveLength(1_100)
  write(name(1_050), rules({ name: 'late' }))
  write('new.yaml', rules({ name: 'new' }))
  unlinkSync(join(path, name(1_099)))
  const seen = [1, 2, 3].map(() => changes(folder).map(([, strategy]) => strategy))
  expect(seen[0]).toContain('new')
  expect(seen.flat().filter((each) => each === 'late')).toEqual(['late'])
  expect(scan(folder)).toEqual([])
})
