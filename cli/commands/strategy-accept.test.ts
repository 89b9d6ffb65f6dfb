// keyside strategy accept: a trial from the chat becomes a strategy only here, at the device.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signingKey } from '@keyside/protocol/node'
import { systemClock, systemRandomBytes, writePrivate } from '@keyside/runtime'
import { expect, onTestFinished, test, vi } from 'vitest'
import { makeHome } from '../home/home.ts'
import { typed } from '../testing/typed.ts'

const RULE = `name: mine
market: BTC/USDT
timeframe: 1h
enter: crossover(ema(12), ema(26))
size: 10 %
stop: 2 %
`

function newHome() {
  const home = mkdtempSync(join(tmpdir(), 'keyside-accept-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  vi.stubEnv('KEYSIDE_HOME', home)
  onTestFinished(() => void vi.unstubAllEnvs())
  makeHome({
    home,
    role: 'alone',
    clock: systemClock,
    randomBytes: systemRandomBytes,
    deviceKey: signingKey(new Uint8Array(32).fill(7)).publicKey,
    keychain: 'vault',
    examples: { strategies: [], policy: 'version: 1\n' },
  })
  const file = (name: string) => join(home, name)
  const write = (name: string, text: string) => writePrivate(file(name), text)
  write('strategies/other.yaml', RULE.replace('mine', 'other'))
  const read = (name: string) => readFileSync(file(name), 'utf8')
  return { file, write, read }
}

test('an accepted trial is a strategy of its own, and says what a policy needs for it', async () => {
  const { file, write, read } = newHome()
  write('engine/trials/mine.yaml', RULE)
  expect((await typed('strategy', 'list'))[0]).toMatch(/^trial-mine +BTC\/USDT +1h +from the chat/m)
  const [said] = await typed('strategy', 'accept', 'mine', '--yes')
  expect(said).toContain('crossover(ema(12), ema(26))')
  expect(said).toContain('home/mine: { allocation: 1000 } under streams:')
  expect(read('strategies/mine.yaml')).toBe(RULE)
  expect(existsSync(file('engine/trials/mine.yaml'))).toBe(false)
})

test('a new version takes the place of the file that has its name, after both were shown', async () => {
  const { file, write, read } = newHome()
  write('strategies/my-own-file.yaml', RULE)
  write('engine/trials/mine.yaml', `${RULE.replace('2 %', '3 %')}take_profit: [{ at: 4 % }]\n`)
  const [said] = await typed('strategy', 'accept', 'trial-mine', '--yes')
  expect(said).toMatch(/3 % below the entry[\s\S]*In its place now:[\s\S]*2 % below the entry/)
  expect(said).toMatch(/take_profit +4 %: sells 100 %/)
  expect(said).not.toContain('allocation: 1000')
  expect(read('strategies/my-own-file.yaml')).toContain('stop: 3 %')
  expect(existsSync(file('strategies/mine.yaml'))).toBe(false)
})

test('a rule takes the place of no code and of no other strategy, and there must be one', async () => {
  const { write, read } = newHome()
  await expect(typed('strategy', 'accept', 'mine', '--yes')).rejects.toMatchObject({
    code: 'strategy_unknown',
  })
  write('engine/trials/mine.yaml', RULE)
  write('strategies/mine.ts', 'code')
  await expect(typed('strategy', 'accept', 'mine', '--yes')).rejects.toMatchObject({
    code: 'strategy_name_taken',
  })
  write('engine/trials/other.yaml', RULE.replace('name: mine', 'name: other-two'))
  await expect(typed('strategy', 'accept', 'other', '--yes')).rejects.toMatchObject({
    code: 'strategy_name_taken',
  })
  expect(read('strategies/other.yaml')).toContain('name: other\n')
})
