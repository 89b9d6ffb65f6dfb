// A strategy in TypeScript as a trader types it: the same commands, in a process that has no key to read.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { flags } from '../programs/confined.ts'
import { typed } from '../testing/typed.ts'

const root = join(import.meta.dirname, '..', '..')

function newHome() {
  const home = mkdtempSync(join(tmpdir(), 'keyside-typescript-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  vi.stubEnv('KEYSIDE_HOME', home)
  onTestFinished(() => void vi.unstubAllEnvs())
  mkdirSync(join(home, 'strategies'))
  mkdirSync(join(home, 'engine'))
  writeFileSync(join(home, 'engine', 'engine.key'), 'a key')
  const path = (name: string) => join(home, name)
  let [seed, price] = [11, 40_000]
  const rows = Array.from({ length: 1_400 }, (_, at) => {
    const open = price
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
    price = Math.round(price * (1 + (seed / 2 ** 31 - 0.5) * 0.02))
    const prices = [open, Math.max(open, price) + 5, Math.min(open, price) - 5, price].join(',')
    return `${(1_704_067_200 + at * 300) * 1000},${prices},1`
  })
  writeFileSync(path('a.csv'), ['timestamp,open,high,low,close,volume', ...rows].join('\n'))
  return { home, path, data: ['--data', path('a.csv')] as const }
}

test('it begins from an example with its types beside it, type-checks, is listed, shown and checked', async () => {
  const { home, path, data } = newHome()
  const [begun] = await typed('strategy', 'new', 'mine', '--typescript')
  expect(begun).toContain('docs/strategies-typescript.md')
  expect(readFileSync(path('strategies/mine.ts'), 'utf8')).toContain("name: 'mine'")
  expect(readFileSync(path('strategies/keyside.d.ts'), 'utf8')).toContain("| 'macd'")
  const file = path('strategies/mine.ts')
  const words = [
    '--ignoreConfig',
    '--noEmit',
    '--strict',
    '--target',
    'esnext',
    '--module',
    'nodenext',
    file,
  ]
  const { stdout, status } = spawnSync(join(root, 'node_modules/.bin/tsc'), words, {
    cwd: home,
    encoding: 'utf8',
  })
  expect({ stdout, status }).toEqual({ stdout: '', status: 0 })
  expect((await typed('strategy', 'list'))[0]).toMatch(/^mine +BTC\/USDT +5m +mine\.ts$/m)
  const [checked, code] = await typed('strategy', 'check', 'mine', ...data)
  expect(checked).toContain('none: the same decisions with the future cut off at')
  expect(checked).toMatch(/rules +enter: [1-9]/)
  expect(code).toBe(0)
})

test('a backtest of the code is the one of the rules, files and all', async () => {
  const { path, data } = newHome()
  const test = async (language: string) => {
    const file = (name: string) => path(`${language}.${name}`)
    const out = ['--html', file('html'), '--png', file('png'), '--trades', file('csv'), '--json']
    const strategy = join(root, `examples/strategies/ema-cross.${language}`)
    const [json] = await typed('backtest', strategy, ...data, ...out)
    const files = ['html', 'png', 'csv'].map((name) => readFileSync(file(name)).toString('base64'))
    const [one] = JSON.parse(json)
    return { ...one, warmup: null, files }
  }
  const [code, rules] = [await test('ts'), await test('yaml')]
  expect(code.metrics.trades).toBeGreaterThan(5)
  expect(code).toEqual(rules)
})

test('a cheat fails the check, and so does code that throws; the others are checked all the same', async () => {
  const { path, data } = newHome()
  const head = "market: 'BTC/USDT', timeframe: '5m', size: '1 %', stop: '2 %'"
  const write = (name: string, above: string, rules: string) =>
    writeFileSync(
      path(`strategies/${name}.ts`),
      `${above}\nexport default { name: '${name}', ${head}, build({ series }) {\n const close = series('close'); let at = -1\n return { ${rules} } } }\n`,
    )
  write(
    'ahead',
    'const seen: number[] = []',
    'candle() { seen[++at] = close.value }, enter: () => (seen[at + 1] ?? 0) > close.value',
  )
  write('throws', '', "enter() { if (++at > 100) throw new Error('no more'); return false }")
  const [text, code] = await typed('strategy', 'check', 'ahead', 'throws', ...data)
  expect(text).toMatch(/look-ahead +FOUND at \d+ candles/)
  expect(text).toContain('throws.ts: the strategy threw Error: no more at line 4')
  expect(code).toBe(1)
})

test('parameters are searched for as those of rules, and mistakes are refused with their line', async () => {
  const { path, data } = newHome()
  const code = readFileSync(join(root, 'examples/strategies/ema-cross.ts'), 'utf8')
  const params = "params: { fast: '12 [8..12 step 2]' },\n  build({ param, indicator })"
  const file = path('search.ts')
  writeFileSync(
    file,
    code.replace('build({ indicator })', params).replace('[12]', "[param('fast')]"),
  )
  const [json] = await typed('optimize', file, ...data, '--least-trades', '1', '--json')
  expect(JSON.parse(json)[0].tried.map((one: { params: object }) => one.params)).toEqual([
    { fast: 8 },
    { fast: 10 },
    { fast: 12 },
  ])
  writeFileSync(file, code.replace("'ema', [12]", "'emma', [12]"))
  await expect(typed('backtest', file, ...data)).rejects.toMatchObject({
    code: 'strategy_invalid',
    message: expect.stringMatching(/line 12, column 29: series: unknown name "emma"/),
  })
})

test('no command runs code in its own process: where no other can be started, none does', async () => {
  const { path, data } = newHome()
  await typed('strategy', 'new', 'mine', '--typescript')
  const node = process.execPath
  onTestFinished(() => {
    process.execPath = node
  })
  process.execPath = path('no-node')
  const file = path('strategies/mine.ts')
  for (const words of [
    ['strategy', 'list'],
    ['strategy', 'show', 'mine'],
    ['strategy', 'check'],
    ['strategy', 'check', file, ...data],
    ['backtest', file, ...data],
    ['optimize', file, ...data],
  ])
    await expect(typed(...words), words.join(' ')).rejects.toMatchObject({ code: 'ENOENT' })
})

test('where its code runs no key can be read, no socket opened, no process started', () => {
  const { home } = newHome()
  const script = join(import.meta.dirname, '../../strategy-engine/confined/testing/hostile.mjs')
  const run = (words: readonly string[]) => {
    const options = { env: {}, encoding: 'utf8', timeout: 20_000 } as const
    const { stdout } = spawnSync(process.execPath, [...words, script, home], options)
    return JSON.parse(stdout) as Record<string, string>
  }
  const open = run([])
  expect(open['read a key'], 'the attempts work where nothing stops them').toBe('done')
  rmSync(join(home, 'strategies', 'x.yaml'))
  const told = run(flags([script], []))
  expect([...new Set(Object.values(told))].sort()).toEqual([
    'ERR_ACCESS_DENIED',
    'ERR_DLOPEN_DISABLED',
  ])
  expect(existsSync(join(home, 'strategies', 'x.yaml'))).toBe(false)
})
