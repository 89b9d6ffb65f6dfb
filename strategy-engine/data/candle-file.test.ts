import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { KeysideError } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { candlePath, lockCandleSet, readCandleSet, writeCandleSet } from './candle-store.ts'
import { openCandleFile, openCandles } from './open-candles.ts'
import { minutes } from './testing/minutes.ts'

const set = { exchange: 'binance', market: 'BTC/USDT', timeframe: '1m' } as const

function home(): string {
  const path = mkdtempSync(join(tmpdir(), 'keyside-data-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

function stored(columns = minutes(120)) {
  const path = home()
  writeCandleSet(path, { ...set, address: null, asked: [[0, 7200]], columns })
  const file = candlePath(path, set)
  return {
    home: path,
    file,
    alter: (change: (bytes: Buffer) => Buffer) => writeFileSync(file, change(readFileSync(file))),
    refusal: () => refusal(() => readCandleSet(path, set)).replaceAll(file, 'FILE'),
  }
}

/** The sentence and its code; empty where there is none. */
function refusal(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof KeysideError) return `${error.message} (${error.code})`
    throw error
  }
  return ''
}

test('what is written is read again, to the last bit', () => {
  const columns = minutes(525)
  const { home } = stored(columns)
  expect(readCandleSet(home, set)).toEqual({
    ...set,
    address: null,
    asked: [[0, 7200]],
    columns,
  })
  expect(readCandleSet(home, { ...set, timeframe: '5m' })).toBeNull()
})

test('columns are views of what was read, not copies', () => {
  const { home } = stored(minutes(2_000))
  const columns = readCandleSet(home, set)?.columns
  expect(columns?.close.buffer).toBe(columns?.start.buffer)
})

test('no two sets have one path, and none leads out of the folder', () => {
  const path = (market: string) => candlePath('/home', { ...set, market })
  expect(path('BTC/USDT:USDT')).toBe('/home/data/binance/BTC-USDT_USDT-1m.candles')
  const markets = ['A/B', 'A-B', 'A_B', 'A:B', 'A%2dB', '../../A', 'ä/B']
  expect(new Set(markets.map(path)).size).toBe(markets.length)
  for (const market of markets) expect(dirname(path(market))).toBe('/home/data/binance')
})

test('a file that was cut off is refused', () => {
  const { alter, refusal } = stored()
  alter((bytes) => bytes.subarray(0, -8))
  expect(refusal()).toMatch(
    /^FILE is damaged: it has \d+ bytes and should have \d+; delete it.*\(candles_damaged\)$/,
  )
  alter((bytes) => bytes.subarray(0, 100))
  expect(refusal()).toContain('its header is cut off')
  alter(() => Buffer.alloc(0))
  expect(refusal()).toContain('it does not begin like a file of candles')
})

test.each([
  ['a price', -9],
  ['the header', 120],
])('a file in which one bit of %s was altered is refused', (_, place) => {
  const { alter, refusal } = stored()
  alter((bytes) => {
    const at = place < 0 ? bytes.length + place : place
    bytes[at] = (bytes[at] ?? 0) ^ 1
    return bytes
  })
  expect(refusal()).toMatch(/its checksum differs|its header is not one/)
})

test('a file of another version is refused by its number', () => {
  const { alter, refusal } = stored()
  alter((bytes) =>
    Buffer.from(bytes.toString('latin1').replace('candles 1 ', 'candles 2 '), 'latin1'),
  )
  expect(refusal()).toMatch(
    /^FILE has version 2 of the form, and this Keyside reads version 1: .*\(candles_version\)$/,
  )
})

test('a file that lies under the name of another market is refused', () => {
  const { home, file, refusal } = stored()
  const other = candlePath(home, { ...set, market: 'ETH/USDT' })
  renameSync(file, other)
  expect(() => readCandleSet(home, { ...set, market: 'ETH/USDT' })).toThrow(
    /holds BTC\/USDT 1m of binance: put it where its name says/,
  )
  expect(refusal()).toBe('')
})

test.each([
  ['doubled', { start: 60 }, 'is there twice'],
  ['out of order', { start: 0 }, 'is older than the one before it'],
  ['not on its minute', { start: 150 }, 'does not open where a candle of this timeframe does'],
  ['without a time', { start: Number.NaN }, 'has no time'],
  ['of price zero', { low: 0 }, 'has the low price 0'],
  ['without a price', { close: Number.NaN }, 'has the close price NaN'],
  ['of endless price', { high: Number.POSITIVE_INFINITY }, 'has the high price Infinity'],
  ['with its high below its low', { high: 90 }, 'has a high of 90 below its low of 99'],
  ['that opens above its high', { open: 120 }, 'has the open price 120 above its high of 110'],
  ['that opens below its low', { open: 98 }, 'has the open price 98 below its low of 99'],
  ['that closes above its high', { close: 111 }, 'has the close price 111 above its high of 110'],
  ['that closes below its low', { close: 98 }, 'has the close price 98 below its low of 99'],
  ['of negative volume', { volume: -1 }, 'has the volume -1'],
  ['without a volume', { volume: Number.NaN }, 'has the volume NaN'],
])('a file with a candle that is %s is refused, whatever its checksum', (_, change, what) => {
  const columns = minutes(5)
  Object.assign(columns.open, { 2: 100 })
  for (const [name, value] of Object.entries({
    high: 110,
    low: 99,
    open: 100,
    close: 100,
    ...change,
  }))
    columns[name as 'open'][2] = value
  const { refusal } = stored(columns)
  expect(refusal()).toContain(what)
})

test('two writers at once are refused, and readers are not kept out', () => {
  const { home } = stored()
  const unlock = lockCandleSet(home, set)
  expect(refusal(() => lockCandleSet(home, set))).toMatch(
    /^another program writes .*\(candles_locked\)$/,
  )
  expect(readCandleSet(home, set)).not.toBeNull()
  unlock()
  lockCandleSet(home, set)()
})

test('longer candles are made of the shorter ones that are stored, and their gaps told', () => {
  const whole = minutes(180)
  const { home } = stored(whole)
  const opened = openCandles(home, { ...set, timeframe: '1h' }, 1_767_225_600)
  expect(opened).toMatchObject({ timeframe: '1h', stored: '1m', gaps: [] })
  expect([...opened.columns.start]).toEqual([0, 3600, 7200])
  expect(opened.columns.open[1]).toBe(whole.open[60])
  expect(opened.columns.close[1]).toBe(whole.close[119])
  expect(opened.columns.high[1]).toBe(Math.max(...whole.high.subarray(60, 120)))
})

test('what is not stored is refused with the command that brings it', () => {
  expect(refusal(() => openCandles(home(), set, 1_767_225_600))).toMatch(
    /run "keyside data download BTC\/USDT --timeframe 1m --from .*\(candles_missing\)$/,
  )
})

test('a CSV file is opened by its path, its timeframe told by its times', () => {
  const path = join(home(), 'candles.csv')
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(
    path,
    'time,open,high,low,close,volume\n60,1,2,1,2,5\n120,2,3,2,3,5\n240,3,4,3,4,1\n',
  )
  const opened = openCandleFile(path, '1m', 1_000)
  expect(opened).toMatchObject({ path, stored: '1m', gaps: [{ from: 180, to: 240, candles: 1 }] })
  expect([...opened.columns.close]).toEqual([2, 3, 4])
  expect(refusal(() => openCandleFile(path, '1m', 200))).toMatch(
    /line 4: .* is from the future; .*\(candles_impossible\)$/,
  )
  expect(() => openCandleFile(path, '1s', 1_000)).toThrow(/candles of 1m, of which none of 1s/)
  expect(refusal(() => openCandleFile(`${path}x`, '1m', 1_000))).toMatch(
    /there is no such file or folder.*\(file_refused\)$/,
  )
})
