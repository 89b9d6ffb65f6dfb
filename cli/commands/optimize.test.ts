// keyside optimize as a trader types it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { typed } from '../testing/typed.ts'

const RULES = `name: one
market: BTC/USDT
timeframe: 5m
params:
  fast: 5 [3..9 step 2]
enter: crossover(ema(fast), ema(20))
exit: crossunder(ema(fast), ema(20))
size: 50 %
stop: 2 %
`

test('the walk-forward comes first, then the best of how many, and as JSON the same', async () => {
  const home = mkdtempSync(join(tmpdir(), 'keyside-optimize-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  vi.stubEnv('KEYSIDE_HOME', home)
  onTestFinished(() => void vi.unstubAllEnvs())
  const rows = Array.from({ length: 2_000 }, (_, at) => {
    const price = (40_000 + 800 * Math.sin(at / 9)).toFixed(2)
    return [(1_704_067_200 + at * 300) * 1000, price, price, price, price, 1].join(',')
  })
  const [rules, data] = [join(home, 'one.yaml'), join(home, 'candles.csv')]
  writeFileSync(rules, RULES)
  writeFileSync(data, ['timestamp,open,high,low,close,volume', ...rows].join('\n'))
  const keyside = async (...more: string[]) =>
    (await typed('optimize', rules, '--data', data, '--workers', '1', ...more))[0]
  const text = await keyside()
  expect(text).toMatch(/4 combinations tried, all of them[\s\S]*Walk-forward[\s\S]*Best of 4 comb/)
  const [json] = JSON.parse(await keyside('--json', '--combinations', '2', '--seed', '3'))
  expect(json).toMatchObject({ size: 4, seed: 3, forward: { steps: { length: 5 } } })
  expect(json.tried).toHaveLength(2)
})

test('with --detail it decides as a backtest with --detail does', async () => {
  const home = mkdtempSync(join(tmpdir(), 'keyside-optimize-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  vi.stubEnv('KEYSIDE_HOME', home)
  onTestFinished(() => void vi.unstubAllEnvs())
  // Of five minutes the second rises by more than a percent, and the fourth falls as far: the order counts.
  const rows = Array.from({ length: 4_000 }, (_, at) => {
    const price = 40_000 + 800 * Math.sin(at / 45)
    const prices = [
      price,
      price * (at % 5 === 1 ? 1.013 : 1.001),
      price * (at % 5 === 3 ? 0.988 : 0.999),
      price,
    ]
    return [(1_704_067_200 + at * 60) * 1000, ...prices.map((one) => one.toFixed(2)), 1].join(',')
  })
  const [rules, data] = [join(home, 'one.yaml'), join(home, 'candles.csv')]
  writeFileSync(rules, `${RULES.replace('stop: 2 %', 'stop: 0.8 %')}take_profit: [{ at: 1 % }]\n`)
  writeFileSync(data, ['timestamp,open,high,low,close,volume', ...rows].join('\n'))
  const json = async (command: string, ...more: string[]) =>
    JSON.parse((await typed(command, rules, '--data', data, '--json', ...more))[0])[0]
  const optimize = (...more: string[]) => json('optimize', '--workers', '1', ...more)
  const [first] = (await optimize('--detail')).tried
  const { metrics } = await json('backtest', '--detail', '--param', `fast=${first.params.fast}`)
  expect(first.totalPercent).toBe(metrics.totalPercent)
  expect((await optimize()).tried[0].totalPercent).not.toBe(first.totalPercent)
})
