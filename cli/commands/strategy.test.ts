// keyside strategy as a trader types it.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { exampleNames } from '../sandbox/examples.ts'
import { typed } from '../testing/typed.ts'

function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'keyside-strategy-command-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  vi.stubEnv('KEYSIDE_HOME', home)
  onTestFinished(() => void vi.unstubAllEnvs())
  mkdirSync(join(home, 'strategies'))
  return home
}

const keyside = (...words: string[]) => typed('strategy', ...words)

/** A walk of hourly candles as CSV. */
function writeCandles(file: string, count = 2_000): string {
  let seed = 11
  let price = 40_000
  const rows = Array.from({ length: count }, (_, i) => {
    const open = price
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
    price = Math.round(price * (1 + (seed / 2 ** 31 - 0.5) * 0.02))
    const [high, low] = [Math.max(open, price) + 5, Math.min(open, price) - 5]
    return `${(1_700_000_400 - (1_700_000_400 % 3_600) + i * 3_600) * 1000},${open},${high},${low},${price},10`
  })
  writeFileSync(file, `timestamp,open,high,low,close,volume\n${rows.join('\n')}\n`)
  return file
}

test('a strategy begins from an example, is listed, shown, and checked on candles', async () => {
  const home = newHome()
  const [begun] = await keyside('new', 'mine', '--from', 'macd-trend')
  expect(begun).toContain('keyside strategy check mine')
  expect(begun, 'there is no policy here').not.toContain('policy')
  writeFileSync(join(home, 'policy.yaml'), 'version: 1\n')
  expect((await keyside('new', 'other'))[0]).toContain(
    'home/other: { allocation: 1000 } under streams:',
  )
  expect(readFileSync(join(home, 'strategies', 'mine.yaml'), 'utf8')).toContain('name: mine\n')
  expect((await keyside('list'))[0]).toMatch(/^mine +BTC\/USDT +1h +mine\.yaml$/m)
  const [shown] = await keyside('show', 'mine')
  expect(shown).toContain('(close > ema(200))')
  expect(shown).toMatch(/candles +199 before the first that can decide/)
  const [checked, code] = await keyside(
    'check',
    'mine',
    '--data',
    writeCandles(join(home, 'a.csv')),
  )
  expect(checked).toContain('none: the same decisions with the future cut off at')
  expect(checked).toMatch(/stops +[\d.]+ % to [\d.]+ % below the close that entered/)
  expect(checked).toMatch(/rules +enter: [1-9]/)
  expect(code).toBe(0)
})

test('what cannot be read hides none of the others in the list', async () => {
  const home = newHome()
  await keyside('new', 'mine')
  mkdirSync(join(home, 'strategies', 'folder.yaml'))
  const [listed, code] = await keyside('list')
  expect(listed).toMatch(/^mine +BTC\/USDT/m)
  expect(listed).toMatch(/^folder\.yaml +.*it is a folder/m)
  expect(code).toBe(0)
})

test('a file with mistakes shows all of them, each at its place, and fails', async () => {
  const home = newHome()
  const file = join(home, 'strategies', 'wrong.yaml')
  writeFileSync(
    file,
    'name: wrong\nmarket: BTC/USDT\ntimeframe: 1h\nenter: close > emma(5)\nexit: close <\nsize: 10 %\nstop: 2 %\n',
  )
  const [text, code] = await keyside('check')
  expect(text).toContain('wrong.yaml: 2 mistakes')
  expect(text).toContain('did you mean "ema"?')
  expect(text).toMatch(/enter: close > emma\(5\)\n +\^/)
  expect(code).toBe(1)
  expect((await keyside('list'))[0]).toContain('not right: enter: unknown name "emma"')
  await expect(keyside('show', 'wrong')).rejects.toMatchObject({ code: 'strategy_invalid' })
})

test('without candles the rules are read, and it says how to get some', async () => {
  newHome()
  await keyside('new', 'mine')
  const [text, code] = await keyside('check', 'mine')
  expect(text).toMatch(/not run +.*keyside data download/)
  expect(code).toBe(0)
})

test('a rule that never held is told and is no failure', async () => {
  const home = newHome()
  const path = join(home, 'strategies', 'never.yaml')
  const rules = 'enter: close > 99999999\nexit: close < 1\nsize: 10 %\nstop: 2 %\n'
  writeFileSync(path, `name: never\nmarket: BTC/USDT\ntimeframe: 1h\n${rules}`)
  const data = writeCandles(join(home, 'a.csv'))
  const [text, code] = await keyside('check', 'never', '--data', data)
  expect(text).toContain('enter: never: can it happen?')
  expect(code).toBe(0)
  writeFileSync(
    path,
    `name: never\nmarket: BTC/USDT\ntimeframe: 1h\n${rules.replace('close', 'sma(90) @ 1d')}`,
  )
  const [few] = await keyside('check', 'never', '--data', data)
  expect(few).toContain('NEEDS 2,184 candles before the first decision, and there are 2,000')
  expect(few).toContain('enter: never, for want of candles')
  writeFileSync(
    path,
    `name: never\nmarket: BTC/USDT\ntimeframe: 1h\n${rules.replace('exit: close', 'exit: sma(90) @ 1d')}`,
  )
  const [exit] = await keyside('check', 'never', '--data', data)
  expect(exit).toContain('enter: never: can it happen?')
  expect(exit).toContain('exit: never, for want of candles')
})

test('refuses a name that is taken, an example that is not there, and a strategy that is not there', async () => {
  newHome()
  await keyside('new', 'mine')
  await expect(keyside('new', 'mine')).rejects.toMatchObject({ code: 'strategy_name_taken' })
  await expect(keyside('new', 'other', '--from', 'none')).rejects.toThrow('choose one of')
  await expect(keyside('new', 'Other')).rejects.toMatchObject({ code: 'strategy_invalid' })
  await expect(keyside('check', 'other')).rejects.toThrow('there is no strategy "other"')
})

test.each(exampleNames())('the example %s can be begun from', async (name) => {
  newHome()
  await keyside('new', 'mine', '--from', name)
  expect((await keyside('list'))[0]).toMatch(/^mine/m)
})

test('a market that only an alert names is asked for too', async () => {
  const home = newHome()
  const rules = 'enter: close > open\nsize: 10 %\nstop: 2 %\nalert: close @ ETH/USDT > 1\n'
  writeFileSync(
    join(home, 'strategies', 'two.yaml'),
    `name: two\nmarket: BTC/USDT\ntimeframe: 1h\n${rules}`,
  )
  const data = writeCandles(join(home, 'a.csv'))
  await expect(keyside('check', 'two', '--data', data)).rejects.toMatchObject({
    code: 'candles_missing',
  })
})
