// keyside backtest as a trader types it, on candles of a file.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { typed } from '../testing/typed.ts'

const RULES = `timeframe: 5m
params:
  fast: 5 [3..9]
enter: crossover(ema(fast), ema(20))
exit: crossunder(ema(fast), ema(20))
size: 50 %
stop: 2 %
`

/** Minutes that rise and fall like a sine. */
function csv(): string {
  const rows = Array.from({ length: 3_000 }, (_, at) => {
    const price = (minute: number) => (40_000 + 800 * Math.sin(minute / 200)).toFixed(2)
    const [open, close] = [price(at), price(at + 1)]
    const [low, high] = Number(open) < Number(close) ? [open, close] : [close, open]
    return [(1_704_067_200 + at * 60) * 1000, open, high, low, close, 1].join(',')
  })
  return ['timestamp,open,high,low,close,volume', ...rows].join('\n')
}

function newHome() {
  const home = mkdtempSync(join(tmpdir(), 'keyside-backtest-command-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  vi.stubEnv('KEYSIDE_HOME', home)
  onTestFinished(() => void vi.unstubAllEnvs())
  const write = (name: string, text: string) => {
    writeFileSync(join(home, name), text)
    return join(home, name)
  }
  return {
    path: (name: string) => join(home, name),
    data: write('candles.csv', csv()),
    one: write('one.yaml', `name: one\nmarket: BTC/USDT\n${RULES}`),
    two: write('two.yaml', `name: two\nmarkets: [BTC/USDT, ETH/USDT]\n${RULES}`),
    wrong: write('wrong.yaml', `name: wrong\nmarket: BTC/USDT\n${RULES.replaceAll('ema', 'emo')}`),
  }
}

const keyside = async (...args: string[]) => (await typed(...args))[0]

test('a backtest is printed, and written as page, picture and CSV', async () => {
  const { path, data, one } = newHome()
  const files = ['--html', path('a.html'), '--png', path('a.png'), '--trades', path('a.csv')]
  const text = await keyside('backtest', one, '--data', data, '--detail', ...files)
  expect(text).toContain('one, BTC/USDT 5m, 2024-01-01 00:00 to 2024-01-03 01:59')
  expect(text).toContain('Within a candle the 1m candles decide')
  expect(readFileSync(path('a.html'), 'utf8')).toContain('<h1>one</h1>')
  expect(readFileSync(path('a.png')).subarray(1, 4).toString()).toBe('PNG')
  const rows = readFileSync(path('a.csv'), 'utf8').trim().split('\n')
  expect(rows.length).toBeGreaterThan(1)
  expect(new Set(rows.map((row) => row.split(',').length)).size).toBe(1)
})

test('--json has settings, figures and trades; another parameter, fill and fee give other ones', async () => {
  const { data, one } = newHome()
  const json = async (...more: string[]) =>
    JSON.parse(await keyside('backtest', one, '--data', data, '--json', ...more))[0]
  const plain = await json()
  expect(plain).toMatchObject({ name: 'one', candles: 600, options: { fill: 'open', fee: 0.1 } })
  for (const more of [
    ['--param', 'fast=9'],
    ['--fee', '0.5'],
    ['--spread', '1'],
  ])
    expect((await json(...more)).metrics.end).not.toBe(plain.metrics.end)
  expect((await json('--fill', 'close')).options.fill).toBe('close')
  const { metrics } = await json('--step', '1', '--least-value', '10')
  expect(metrics.trades, 'half of 10,000 is no whole bitcoin').toBe(0)
})

test("a venue's steps, least amounts and fee come with its downloaded candles, and what is said counts before them", async () => {
  const { path, data, one } = newHome()
  await keyside('data', 'import', data, '--market', 'BTC/USDT', '--timeframe', '1m')
  const without = await keyside('backtest', one)
  expect(without).toContain('No venue was named')
  const rules = { exchange: 'binance', market: 'BTC/USDT', leastAmount: '0.001', leastValue: '5' }
  const write = (more: object) =>
    writeFileSync(path('data/binance/BTC-USDT.rules.json'), JSON.stringify({ ...rules, ...more }))
  write({ step: '0.001', fee: '0.25', read: 1_704_067_200 })
  const text = (await keyside('backtest', one)).replaceAll(/\s+/g, ' ')
  expect(text).toContain(
    'As binance had it on 2024-01-01, amounts in steps of 0.001, at least 0.001 BTC and 5 USDT.',
  )
  expect(text).toContain('Each side costs 0.25 % fee')
  const said = (await keyside('backtest', one, '--fee', '0.1', '--step', '1')).replaceAll(
    /\s+/g,
    ' ',
  )
  expect(said).toContain('Amounts in steps of 1, at least 0.001 BTC and 5 USDT.')
  expect(said).toContain('Each side costs 0.1 % fee')
  expect(await keyside('backtest', one, '--data', data, '--least-amount', '1')).toContain(
    'Amounts in steps of 0.00000001,',
  )
  expect(await keyside('backtest', one, '--data', data)).toContain('No venue was named')
  write({ step: '0.001', fee: null, read: 0, market: 'ETH/USDT' })
  await expect(keyside('backtest', one)).rejects.toMatchObject({ code: 'candles_damaged' })
})

test('a file of several markets says each, and has to be told which one is written', async () => {
  const { path, data, two } = newHome()
  const text = await keyside('backtest', two, '--data', data)
  expect(text).toContain('two-btc-usdt')
  expect(text).toContain('two-eth-usdt')
  const html = ['--html', path('b.html')]
  const ambiguous = { code: 'market_ambiguous' }
  await expect(keyside('backtest', two, '--data', data, ...html)).rejects.toMatchObject(ambiguous)
  expect(existsSync(path('b.html'))).toBe(false)
  const nowhere = keyside('backtest', two, '--data', 'missing.csv', '--html', path('stick/b.html'))
  await expect(nowhere, 'before the candles are read').rejects.toMatchObject({
    code: 'file_refused',
    message: expect.stringContaining('no such folder'),
  })
  await keyside('backtest', two, '--data', data, '--market', 'ETH/USDT', ...html)
  expect(readFileSync(path('b.html'), 'utf8')).toContain('ETH/USDT')
  const other = ['--market', 'X/Y']
  await expect(keyside('backtest', two, '--data', data, ...other)).rejects.toMatchObject(ambiguous)
})

test('all mistakes of a file are said with their lines, and a missing file is said', async () => {
  const { path, data, wrong } = newHome()
  await expect(keyside('backtest', wrong, '--data', data)).rejects.toMatchObject({
    code: 'strategy_invalid',
    message: expect.stringMatching(/line 6, column[\s\S]*line 7, column/),
  })
  await expect(keyside('backtest', path('none.yaml'))).rejects.toThrow('and no file of that name')
})
