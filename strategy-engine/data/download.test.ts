import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@keyside/runtime'
import { CALM, Market, type SandboxExchange, startExchange } from '@keyside/sandbox'
import { expect, onTestFinished, test } from 'vitest'
import { readCandleSet } from './candle-store.ts'
import { type DownloadOptions, downloadCandles, type Progress } from './download.ts'
import { type CandleSource, openSource, type Row } from './exchange-candles.ts'
import { minutes } from './testing/minutes.ts'

const set = { exchange: 'binance', market: 'BTC/USDT', timeframe: '1m' } as const
/** 2024-01-01. */
const T0 = 1_704_067_200

function home(): string {
  const path = mkdtempSync(join(tmpdir(), 'keyside-data-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

/** Time stands still, and what waits for it goes on at once. */
function clockAt(seconds: number) {
  const waits: number[] = []
  const clock = {
    ...systemClock,
    now: () => seconds * 1000,
    after: (ms: number, act: () => void) => {
      waits.push(ms)
      setImmediate(act)
      return () => undefined
    },
  }
  return { clock, waits }
}

class Passing extends Error {}

/** An exchange with these rows, ten in an answer; `answers` replace the first ones. */
function sourceOf(rows: readonly Row[], answers: readonly (readonly Row[] | Error)[] = []) {
  const asked: number[] = []
  const source: CandleSource = {
    name: 'binance',
    pageSize: 10,
    rules: null,
    time: async () => null,
    page: async (since) => {
      asked.push(since)
      const answer = answers[asked.length - 1]
      if (answer instanceof Error) throw answer
      return [...(answer ?? rows.filter(([start = 0]) => start >= since).slice(0, 10))]
    },
    isPassing: (error) => error instanceof Passing,
  }
  return { source, asked }
}

function rowsOf(count: number, without: readonly number[] = []): Row[] {
  const { start, open, high, low, close, volume } = minutes(count, T0)
  const columns = [start, open, high, low, close, volume]
  return Array.from(start, (_, at) => columns.map((column) => Number(column[at]))).filter(
    (_, at) => !without.includes(at),
  )
}

function options(path: string, source: CandleSource, more: Partial<DownloadOptions> = {}) {
  return {
    home: path,
    set,
    source,
    address: null,
    from: T0,
    clock: clockAt(T0 + 86_400).clock,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...more,
  }
}

const minutesOf = (path: string) =>
  [...(readCandleSet(path, set)?.columns.start ?? [])].map((start) => (start - T0) / 60)

test('a sandbox exchange is read by an unmodified ccxt, page after page, closed candles alone', async () => {
  const exchange = await sandbox()
  const path = home()
  const source = await openSource(set, exchange.address)
  const now = Math.floor(Date.now() / 60_000) * 60
  const from = now - 2_500 * 60
  const progress: Progress[] = []
  const { address } = exchange
  const onProgress = (each: Progress) => progress.push(each)
  const got = await downloadCandles(
    options(path, source, { from, address, clock: systemClock, onProgress }),
  )
  expect(got).toMatchObject({ state: 'complete', from, first: from, gaps: [], refused: [] })
  expect([2_500, 2_501]).toContain(got.added)
  expect(progress.map(({ share }) => share)).toEqual(progress.map(({ share }) => share).toSorted())
  expect(progress.at(-1)?.share).toBe(1)
  expect(progress.length).toBe(3)
  const file = readCandleSet(path, set)
  const [first] = exchange.market.candles(
    'BTC/USDT',
    '1m',
    { start: from * 1000, limit: 1 },
    Date.now(),
  )
  expect(file?.columns.open[0]).toBe(Number(first?.open))
  expect(file?.columns.volume[0]).toBe(Number(first?.volume))
})

test('what no exchange and no market is called is refused with what was meant', async () => {
  const exchange = await sandbox()
  const refusal = (change: object) => openSource({ ...set, ...change }, exchange.address)
  await expect(refusal({ exchange: 'binanze' })).rejects.toMatchObject({
    code: 'exchange_unknown',
    message: expect.stringMatching(/^no exchange is called "binanze": did you mean binance or/),
  })
  await expect(refusal({ exchange: 'base/Exchange' })).rejects.toMatchObject({
    code: 'exchange_unknown',
  })
  await expect(refusal({ market: 'btcusdt' })).rejects.toMatchObject({
    code: 'market_unknown',
    message: 'binance has no candles of btcusdt 1m: did you mean BTC/USDT?',
  })
  await expect(refusal({ market: 'BTC/NONE' })).rejects.toMatchObject({
    message: 'binance has no candles of BTC/NONE 1m: write the market as BTC/USDT',
  })
  await expect(refusal({ timeframe: '10m' })).rejects.toMatchObject({
    message: expect.stringMatching(/^binance has no candles of BTC\/USDT 10m: it has 1s, 1m, /),
  })
})

test('an exchange that is not there is told', async () => {
  const exchange = await sandbox()
  await exchange.stop()
  await expect(openSource(set, exchange.address)).rejects.toMatchObject({
    code: 'download_interrupted',
  })
})

test('a download that broke off goes on where it stopped, and asks nothing twice', async () => {
  const path = home()
  const rows = rowsOf(50)
  const broken = new Error('the cable')
  const first = sourceOf(rows, [rows.slice(0, 10), rows.slice(10, 20), broken])
  await expect(
    downloadCandles(options(path, first.source, { to: T0 + 3000 })),
  ).rejects.toMatchObject({
    code: 'download_interrupted',
    message:
      'binance gives no candles: the cable; what came is kept: run the same command again to go on',
  })
  expect(minutesOf(path)).toEqual(Array.from({ length: 20 }, (_, at) => at))
  const second = sourceOf(rows)
  const got = await downloadCandles(options(path, second.source, { to: T0 + 3000 }))
  expect(second.asked).toEqual([20, 30, 40].map((at) => T0 + at * 60))
  expect(got).toMatchObject({ state: 'complete', candles: 50, added: 30, gaps: [] })
  const third = sourceOf(rows)
  await downloadCandles(options(path, third.source, { to: T0 + 3000 }))
  expect(third.asked).toEqual([])
})

test('a download that is stopped keeps what came', async () => {
  const path = home()
  const over = new AbortController()
  const got = await downloadCandles(
    options(path, sourceOf(rowsOf(50)).source, {
      to: T0 + 3000,
      signal: over.signal,
      onProgress: ({ added }) => added >= 20 && over.abort(),
    }),
  )
  expect(got).toMatchObject({ state: 'stopped', candles: 20, added: 20 })
  expect(minutesOf(path).length).toBe(20)
})

test('an exchange that is busy is asked again after longer and longer, and given up in the end', async () => {
  const { clock, waits } = clockAt(T0 + 86_400)
  const busy = new Passing('too many requests')
  const got = await downloadCandles(
    options(home(), sourceOf(rowsOf(10), [busy, busy]).source, { to: T0 + 600, clock }),
  )
  expect(got.added).toBe(10)
  expect(waits).toEqual([1_000, 2_000])
  const never = sourceOf(
    [],
    Array.from({ length: 9 }, () => busy),
  )
  await expect(downloadCandles(options(home(), never.source, { clock }))).rejects.toMatchObject({
    code: 'download_interrupted',
  })
  expect(never.asked.length).toBe(6)
})

test('what is earlier or later than what is there is asked for, and nothing between', async () => {
  const path = home()
  const rows = rowsOf(60)
  const { source, asked } = sourceOf(rows)
  await downloadCandles(options(path, source, { from: T0 + 1200, to: T0 + 1800 }))
  await downloadCandles(options(path, source, { from: T0 + 600, to: T0 + 2400 }))
  expect(asked).toEqual([20, 10, 30].map((at) => T0 + at * 60))
  expect(minutesOf(path)).toEqual(Array.from({ length: 30 }, (_, at) => at + 10))
  await downloadCandles(options(path, source, { from: undefined, to: T0 + 3000 }))
  expect(asked.at(-1)).toBe(T0 + 2400)
})

test('gaps are told, and what the exchange does not have is not asked for again', async () => {
  const path = home()
  const rows = rowsOf(40, [12, 13, 25])
  const got = await downloadCandles(options(path, sourceOf(rows).source, { to: T0 + 2400 }))
  expect(got.gaps).toEqual([
    { from: T0 + 720, to: T0 + 840, candles: 2, asked: true },
    { from: T0 + 1500, to: T0 + 1560, candles: 1, asked: true },
  ])
  const again = sourceOf(rows)
  await downloadCandles(options(path, again.source, { to: T0 + 2400 }))
  expect(again.asked).toEqual([])
})

test('a long hole between candles that are stored takes one question where the exchange answers beyond it', async () => {
  const path = home()
  const rows = [...rowsOf(20), ...rowsOf(420).slice(400)]
  await downloadCandles(options(path, sourceOf(rows).source, { to: T0 + 1200 }))
  const late = sourceOf(rows)
  await downloadCandles(options(path, late.source, { from: T0 + 24_000, to: T0 + 25_200 }))
  const { source, asked } = sourceOf(rows)
  const got = await downloadCandles(options(path, source, { to: T0 + 25_200 }))
  expect(asked).toEqual([T0 + 1200])
  expect(got.gaps).toEqual([{ from: T0 + 1200, to: T0 + 24_000, candles: 380, asked: true }])
})

test('a market that is younger than the start is told by its first candle', async () => {
  const rows = rowsOf(40).slice(35)
  const { source, asked } = sourceOf([], [[], [], [], rows])
  const got = await downloadCandles(options(home(), source, { to: T0 + 2400 }))
  expect(got.first).toBe(T0 + 2100)
  expect(asked).toEqual([0, 10, 20, 30].map((at) => T0 + at * 60))
})

test('what is missing at the very end may still come, and is asked for again', async () => {
  const path = home()
  const { clock } = clockAt(T0 + 1200.6)
  await downloadCandles(options(path, sourceOf(rowsOf(15)).source, { clock }))
  expect(minutesOf(path).length).toBe(15)
  await downloadCandles(options(path, sourceOf(rowsOf(30)).source, { clock }))
  expect(minutesOf(path)).toEqual(Array.from({ length: 20 }, (_, at) => at))
})

test.each([
  [59.9, 0],
  [60.4, 0],
  [60.6, 1],
  [119, 1],
])('%s s after its opening a minute counts as closed: %s', async (after, count) => {
  const path = home()
  const { clock } = clockAt(T0 + after)
  const got = await downloadCandles(options(path, sourceOf(rowsOf(5)).source, { clock }))
  expect(got.candles).toBe(count)
})

test.each([
  ['a price of zero', 3, 0, 'has the low price 0'],
  ['no price', 4, Number.NaN, 'has the close price NaN'],
  ['a high below the low', 2, 1, 'has a high of 1 below its low of'],
  ['a start between two minutes', 0, T0 + 330, 'does not open where'],
  ['the start of another candle', 0, T0 + 240, 'is there twice'],
  ['a start out of order', 0, T0, 'is older than the one before it'],
  ['a start in the future', 0, T0 + 864_000, 'is from the future'],
])(
  'a candle with %s is left out, told, and asked for again next time',
  async (_, cell, value, what) => {
    const path = home()
    const rows = rowsOf(10)
    const bad = rows.map((row, at) => (at === 5 ? row.with(cell, value) : row))
    const got = await downloadCandles(options(path, sourceOf(rows, [bad]).source, { to: T0 + 600 }))
    expect(got.refused).toEqual([{ start: bad[5]?.[0], what: expect.stringContaining(what) }])
    expect(minutesOf(path)).toEqual([0, 1, 2, 3, 4, 6, 7, 8, 9])
    if (cell === 0) return
    await downloadCandles(options(path, sourceOf(rows).source, { to: T0 + 600 }))
    expect(minutesOf(path).length).toBe(10)
  },
)

test('candles of another address are not mixed in', async () => {
  const path = home()
  await downloadCandles(options(path, sourceOf(rowsOf(5)).source, { to: T0 + 300 }))
  const other = options(path, sourceOf(rowsOf(9)).source, { address: 'http://127.0.0.1:9' })
  await expect(downloadCandles(other)).rejects.toMatchObject({
    code: 'candles_conflict',
    message: expect.stringContaining('came from binance itself, not from http://127.0.0.1:9'),
  })
  expect(minutesOf(path).length).toBe(5)
})

test('two downloads at once: the second is refused, and the first one goes on', async () => {
  const path = home()
  const waiting = Promise.withResolvers<void>()
  const { source } = sourceOf(rowsOf(5))
  const slow = { ...source, time: () => waiting.promise.then(() => null) }
  const first = downloadCandles(options(path, slow, { to: T0 + 300 }))
  await expect(downloadCandles(options(path, source))).rejects.toMatchObject({
    code: 'candles_locked',
  })
  waiting.resolve()
  expect((await first).added).toBe(5)
})

test('without a start and without candles there is nothing to go on from', async () => {
  const nothing = options(home(), sourceOf([]).source, { from: undefined })
  await expect(downloadCandles(nothing)).rejects.toMatchObject({ code: 'candles_missing' })
})

async function sandbox(): Promise<SandboxExchange & { market: Market }> {
  const market = new Market({ seed: 3, wave: CALM })
  const exchange = await startExchange({ clock: systemClock, market, accounts: [] })
  onTestFinished(() => exchange.stop())
  return Object.assign(exchange, { market })
}
