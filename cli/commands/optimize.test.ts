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
