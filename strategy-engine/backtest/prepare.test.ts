// Which candles a backtest is given: a file's or the home's, of the time that was asked for, with others beside them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { writeCandleSet } from '../data/candle-store.ts'
import { slice } from '../data/columns.ts'
import { resample } from '../data/resample.ts'
import type { Timeframe } from '../market/candle.ts'
import type { CandleColumns } from '../market/candle-columns.ts'
import { readStrategyFile } from '../strategies/read-strategy-file.ts'
import { randomCandles } from '../testing/random-candles.ts'
import { alignTo, type CandleSource, prepare } from './prepare.ts'
import { runBacktest } from './run.ts'

const START = Date.UTC(2024, 0, 1) / 1000
const MINUTES = randomCandles({ length: 6_000, seed: 1, start: START })

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'keyside-backtest-'))
  onTestFinished(() => rmSync(made, { recursive: true }))
  return made
}

function store(home: string, market: string, timeframe: Timeframe, columns: CandleColumns): void {
  writeCandleSet(home, {
    exchange: 'binance',
    market,
    timeframe,
    columns,
    address: null,
    asked: [],
  })
}

const source = (home: string, change: Partial<CandleSource> = {}): CandleSource => ({
  home,
  exchange: 'binance',
  file: null,
  from: 0,
  to: Number.POSITIVE_INFINITY,
  detail: false,
  now: START + 86_400 * 365,
  ...change,
})

function strategy(timeframe: Timeframe, enter = 'close > ema(5)') {
  const [first] = readStrategyFile(
    'test.yaml',
    `name: test\nmarket: BTC/USDT\ntimeframe: ${timeframe}\nenter: ${enter}\nexit: close < ema(5)\nsize: 10 %\nstop: 2 %`,
  )
  return first ?? expect.fail()
}

test('candles of the time that was asked for, the finest of the home beside them', () => {
  const home = folder()
  store(home, 'BTC/USDT', '1m', MINUTES)
  store(home, 'BTC/USDT', '1h', resample(MINUTES, '1m', '1h'))
  const asked = { from: START + 3_600, to: START + 11 * 3_600, detail: true }
  const prepared = prepare(strategy('1h'), source(home, asked))
  expect(prepared.candles.start[0]).toBe(START + 3_600)
  expect(prepared.candles.length).toBe(10)
  expect(prepared.detail).toMatchObject({ timeframe: '1m', candles: { length: 6_000 } })
  expect(prepared.thin).toBeNull()
  expect(() => prepare(strategy('1h'), source(home, { from: START + 1e9 }))).toThrow('--from')
  expect(() => prepare(strategy('1m'), source(home, { detail: true }))).toThrow(
    'leave --detail out',
  )
})

test('a file with shorter candles, and in how many places those are missing', () => {
  const home = folder()
  const file = join(home, 'candles.csv')
  const { start, open, high, low, close, volume } = MINUTES
  const rows = Array.from(start, (at, i) => [
    at * 1000,
    open[i],
    high[i],
    low[i],
    close[i],
    volume[i],
  ])
  rows.splice(1_000, 5)
  const text = ['timestamp,open,high,low,close,volume', ...rows.map((row) => row.join(','))].join(
    '\n',
  )
  writeFileSync(file, text)
  const prepared = prepare(strategy('15m'), source(home, { file, detail: true }))
  expect(prepared.thin).toEqual({ timeframe: '1m', gaps: 1 })
  expect(prepared.detail?.candles.length).toBe(5_995)
  const rule = strategy('15m', 'close > ema(5) @ ETH/USDT')
  expect(() => prepare(rule, source(home, { file }))).toThrow('leave --data out')
})

test('another market stands beside the own candles, unknown where it has none', () => {
  const home = folder()
  const other = slice(randomCandles({ length: 6_000, seed: 2, start: START }), 100, 5_000)
  store(home, 'BTC/USDT', '1m', MINUTES)
  store(home, 'ETH/USDT', '1m', other)
  const rule = strategy('1m', 'close > ema(5) and close @ ETH/USDT > ema(9) @ ETH/USDT')
  const prepared = prepare(rule, source(home))
  const beside = prepared.others?.get('ETH/USDT') ?? expect.fail()
  expect(beside.length).toBe(6_000)
  expect(beside.close[99]).toBeNaN()
  expect(beside.close[100]).toBe(other.close[0])
  const { ledger } = runBacktest(rule, {
    ...prepared,
    options: { balance: 1e4, fill: 'open', fee: 0, spread: 0, slippage: 0, steps: null },
  })
  expect(ledger.trades.length).toBeGreaterThan(50)
  expect(ledger.trades[0]?.entryCandle).toBeGreaterThan(100)
  expect(ledger.trades.at(-1)?.entryCandle).toBeLessThanOrEqual(5_000)
})

test('candles of another market are found by their time', () => {
  const own = slice(MINUTES, 10, 20)
  const other = { ...slice(MINUTES, 5, 30) }
  expect([...alignTo(own, other).close]).toEqual([...own.close])
})
