// A year of candles: what is stored, what an exchange adds in time, and how long a run may take.
import { mkdtempSync, rmSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, writePrivate } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { candlePath, readCandleSet, storedPaths } from '../data/candle-store.ts'
import type { CandleSource, Row } from '../data/exchange-candles.ts'
import { storeYear } from '../testing/bot.ts'
import { T0 } from '../testing/fixture.ts'
import { strategyOf, yaml } from '../testing/rules.ts'
import { RULE } from '../testing/trials.ts'
import { backtestInWorker } from './in-worker.ts'
import { tuned } from './tune.ts'
import { getYear, hasYear, keepFewSets } from './year.ts'
import { yearBacktest } from './year-backtest.ts'

const set = { exchange: 'binance', market: 'BTC/USDT', timeframe: '1h' } as const
const HOUR = 3_600
/** The last whole hour. */
const END = Math.floor(T0 / HOUR) * HOUR

function home(): string {
  const path = mkdtempSync(join(tmpdir(), 'keyside-year-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

/** Each answer takes so long. */
function exchange({ tookMs = 0, since = 0 } = {}) {
  let now = T0 * 1000
  const asked: number[] = []
  const source: CandleSource = {
    name: 'binance',
    pageSize: 1_000,
    rules: null,
    time: async () => null,
    page: async (from) => {
      asked.push(from)
      now += tookMs
      const first = Math.max(from, since)
      const starts = Array.from({ length: 1_000 }, (_, at) => first + at * HOUR)
      return starts
        .filter((start) => start + HOUR <= T0)
        .map((start): Row => [start, 100, 101, 99, 100, 1])
    },
    isPassing: () => false,
  }
  const clock = { ...systemClock, now: () => now }
  const get = (path: string, timeoutMs: number) =>
    getYear({
      home: path,
      set,
      address: null,
      clock,
      until: now + timeoutMs,
      open: async () => source,
    })
  return { asked, get }
}

test('the exchange is asked for what is missing, the newest first, and for nothing twice', async () => {
  const path = home()
  const { asked, get } = exchange({ tookMs: 100 })
  expect(await get(path, 5_000)).toBeNull()
  expect(asked.length).toBeLessThanOrEqual(12)
  expect(asked[0]).toBeGreaterThan(T0 - 4_001 * HOUR)
  expect(readCandleSet(path, set)?.columns.length).toBeGreaterThan(8_757)
  expect(hasYear(path, set, T0)).toBe(true)
  expect(hasYear(path, set, T0 + 40 * HOUR)).toBe(false)
  const before = asked.length
  expect(await get(path, 5_000)).toBeNull()
  expect(asked).toHaveLength(before)
})

test('of a slow exchange what came in time is there, and the rest is said', async () => {
  const path = home()
  const { get } = exchange({ tookMs: 1_000 })
  expect(await get(path, 4_000)).toBe('BTC/USDT: the exchange was too slow for more.')
  const { columns } = readCandleSet(path, set) ?? {}
  expect(columns?.length).toBe(3_999)
  expect(columns?.start.at(-1)).toBeGreaterThan(T0 - 2 * HOUR)
})

test('the engine keeps candles of forty sets, the newest and those that are wanted', () => {
  const path = home()
  const markets = Array.from({ length: 45 }, (_, at) => `C${at}/USDT`)
  for (const [at, market] of markets.entries()) {
    const file = candlePath(path, { ...set, market })
    writePrivate(file, '')
    utimesSync(file, at, at)
  }
  keepFewSets(path, [
    { ...set, market: 'C3/USDT' },
    { ...set, market: 'NEW/USDT' },
  ])
  const left = storedPaths(path)
  expect(left).toHaveLength(39)
  expect(left).toContain(candlePath(path, { ...set, market: 'C3/USDT' }))
  expect(left).not.toContain(candlePath(path, { ...set, market: 'C6/USDT' }))
  expect(left).toContain(candlePath(path, { ...set, market: 'C7/USDT' }))
})

test('a market that is younger than a year is no failure', async () => {
  const path = home()
  const { get } = exchange({ since: END - 500 * HOUR })
  expect(await get(path, 5_000)).toBeNull()
  expect(readCandleSet(path, set)?.columns.length).toBe(500)
})

test('without candles it is said why, and candles of half a month are no year', async () => {
  const clock = { ...systemClock, now: () => T0 * 1000 }
  const own = home()
  const source = {
    home: home(),
    own,
    exchange: 'binance',
    address: 'http://127.0.0.1:1',
    proxy: null,
    timeoutMs: 1_000,
  }
  expect(await yearBacktest(strategyOf(RULE), source, clock)).toMatchObject({
    ran: 'no',
    code: 'candles_missing',
    message: expect.stringMatching(/^BTC\/USDT: binance gives no candles/),
  })
  const young = exchange({ since: END - 360 * HOUR })
  await young.get(own, 5_000)
  const tested = await yearBacktest(strategyOf(RULE), source, clock)
  expect(tested).toMatchObject({ ran: 'yes', figures: { percent: '0', trades: 0 } })
  const notes = tested.ran === 'yes' ? tested.notes : []
  expect(notes[0]).toMatch(/^No year: the candles that were to be had are of 15 days\.$/)
  expect(notes[1]).toMatch(/^BTC\/USDT: binance gives no candles/)
})

test('a backtest that takes too long is ended, and so is one that fails', async () => {
  const path = home()
  storeYear({ path })
  const source = {
    home: path,
    own: path,
    exchange: 'binance',
    address: null,
    proxy: null,
    timeoutMs: 0,
  }
  const task = { strategy: strategyOf(RULE), source, now: T0 * 1000 }
  const program = (code: string) => ({
    clock: systemClock,
    readyMs: 5_000,
    runMs: 20,
    program: new URL(`data:text/javascript,${encodeURIComponent(code)}`),
  })
  const say = "(await import('node:worker_threads')).parentPort.postMessage('running');"
  const slow = await backtestInWorker(task, program(`${say} for (;;);`))
  expect(slow).toMatchObject({ ran: 'no', code: 'backtest_slow' })
  const failed = await backtestInWorker(task, program("throw new Error('no\\nway')"))
  expect(failed).toEqual({
    ran: 'no',
    code: 'backtest_failed',
    message: 'the backtest failed: no way',
  })
  const left = await backtestInWorker(task, program('process.exit()'))
  expect(left).toMatchObject({ ran: 'no', code: 'backtest_failed' })
})

test('a param is written in its own unit, wherever its value stands', () => {
  const text = `params:
  quick: 12 [5..30]
  "drop": '3 % [1 %..8 % step 0.5 %]'   # quoted
  rest: 90m
  folded: >-
    5
${yaml(RULE)}`
  const all = {
    quick: { value: 12, unit: 'number' as const },
    drop: { value: 3, unit: 'percent' as const },
    rest: { value: 5_400, unit: 'duration' as const },
    folded: { value: 5, unit: 'number' as const },
  }
  const changed = tuned(text, all, { quick: 0.5, drop: 2.5, rest: 7_200 })
  expect(changed).toBe(
    text.replace('quick: 12', 'quick: 0.5').replace("'3 %", "'2.5 %").replace('90m', '2h'),
  )
  expect(tuned(text, all, { rest: 95 })).toContain('rest: 95s')
  expect(tuned(text, all, { folded: 6 })).toContain('    6\n')
  expect(tuned(text, all, { name: 6 })).toBeNull()
})
