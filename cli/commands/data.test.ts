// keyside data as a trader types it, against the sandbox's exchange.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@keyside/runtime'
import { CALM, Market, startExchange } from '@keyside/sandbox'
import { expect, onTestFinished, test, vi } from 'vitest'
import { typed } from '../testing/typed.ts'

const HOUR = 3_600
const day = (at: number) => new Date(at * 1000).toISOString().slice(0, 10)
const minute = (at: number) => new Date(at * 1000).toISOString().slice(0, 16)

/** A home whose engine takes its candles from `address`, or one that is empty. */
function newHome(address?: string) {
  const home = mkdtempSync(join(tmpdir(), 'keyside-data-command-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  vi.stubEnv('KEYSIDE_HOME', home)
  onTestFinished(() => void vi.unstubAllEnvs())
  const engine = { broker: { url: 'mqtt://127.0.0.1:1', tokenFile: 'a' }, signingKeyFile: 'b' }
  const config = JSON.stringify({ engine: { ...engine, exchange: { address } } })
  if (address !== undefined) writeFileSync(join(home, 'config.yaml'), config)
  return home
}

const keyside = (...words: string[]) => typed('data', ...words)

async function sandbox(): Promise<string> {
  const market = new Market({ seed: 5, wave: CALM })
  const exchange = await startExchange({ clock: systemClock, market, accounts: [] })
  onTestFinished(() => exchange.stop())
  return exchange.address
}

const BTC = ['BTC/USDT', '--timeframe', '1m']

test('candles are downloaded, listed, verified, exported, and imported elsewhere', async () => {
  const home = newHome(await sandbox())
  const from = Math.floor(Date.now() / 1000 / HOUR) * HOUR - 50 * HOUR
  const range = ['--from', minute(from), '--to', minute(from + 49 * HOUR)]
  expect(await keyside('download', ...BTC, ...range)).toEqual([
    `BTC/USDT 1m of binance, ${minute(from).replace('T', ' ')} UTC to ${minute(from + 49 * HOUR).replace('T', ' ')} UTC:\n2,940 candles stored, 2,940 of them new.\nNo gaps.\n`,
    0,
  ])
  const rules = JSON.parse(readFileSync(join(home, 'data/binance/BTC-USDT.rules.json'), 'utf8'))
  expect(rules).toEqual({
    exchange: 'binance',
    market: 'BTC/USDT',
    step: '0.00001',
    leastAmount: '0.00001',
    leastValue: '5',
    fee: '0.1',
    read: expect.any(Number),
  })
  const [again] = await keyside('download', ...BTC, ...range, '--json')
  expect(JSON.parse(again)).toMatchObject({ state: 'complete', candles: 2_940, added: 0, gaps: [] })
  expect(await keyside('list')).toEqual([
    `exchange  market    timeframe  from        to          candles  gaps    size\nbinance   BTC/USDT  1m         ${day(from)}  ${day(from + 49 * HOUR - 60)}    2,940     0  142 kB\n`,
    0,
  ])
  expect(await keyside('verify')).toEqual([
    'BTC/USDT 1m of binance: 2,940 candles. Checksum, order and values are right.\n  No gaps.\n',
    0,
  ])
  const [csv] = await keyside('export', ...BTC)
  const file = join(home, 'btc.csv')
  writeFileSync(file, csv)
  const stored = readFileSync(join(home, 'data/binance/BTC-USDT-1m.candles'))
  newHome()
  expect(await keyside('import', file, '--market', ...BTC)).toEqual([
    'BTC/USDT 1m of binance: 2,940 candles read, 2,940 new, 0 replaced.\n2,940 are stored now.\nNo gaps.\n',
    0,
  ])
  const [exported] = await keyside('export', ...BTC)
  expect(exported).toBe(csv)
  expect(stored.length).toBeGreaterThan(2_940 * 48)
  const [hours] = await keyside('export', 'BTC/USDT', '--timeframe', '1h')
  expect(hours.split('\n').length).toBe(1 + 49 + 1)
})

test('an empty home says how to begin', async () => {
  newHome()
  expect(await keyside('list')).toEqual(['No candles here yet: keyside data download --help\n', 0])
  expect(await keyside('verify')).toEqual(['No candles here yet.\n', 0])
  await expect(keyside('export', ...BTC)).rejects.toMatchObject({ code: 'candles_missing' })
})

test('one damaged file is named, and the others are shown all the same', async () => {
  const home = newHome()
  const file = join(home, 'a.csv')
  writeFileSync(
    file,
    'time,open,high,low,close,volume\n60,1,2,1,2,5\n120,1,2,1,2,5\n240,1,2,1,2,5\n',
  )
  await keyside('import', file, '--market', ...BTC)
  await keyside('import', file, '--market', 'ETH/USDT', '--timeframe', '1m', '--exchange', 'kraken')
  const damaged = join(home, 'data/kraken/ETH-USDT-1m.candles')
  const bytes = readFileSync(damaged)
  writeFileSync(damaged, bytes.fill(1, bytes.length - 9))
  const sentence = `${damaged} is damaged: its checksum differs: it was altered; delete it, and download or import the candles again (candles_damaged)`
  expect(await keyside('verify')).toEqual([
    `BTC/USDT 1m of binance: 3 candles. Checksum, order and values are right.\n  1 gap: 1 candle that nobody asked for.\n    from 1970-01-01 00:03 UTC: 1 candle\n${sentence}\n`,
    1,
  ])
  const [list, code] = await keyside('list')
  expect([list.split('\n').length, list.includes(sentence), code]).toEqual([4, true, 1])
  const [json] = await keyside('verify', '--json')
  expect(JSON.parse(json)).toMatchObject({
    ok: false,
    sets: [{ candles: 3, missing: 1, gaps: [{ from: 180, to: 240, candles: 1, asked: false }] }],
    damaged: [sentence],
  })
})

test('the engine names the exchange and its address, and another exchange has its own', async () => {
  const { dataVenue } = await import('../home/data-venue.ts')
  const home = newHome('http://127.0.0.1:9')
  const engine = { exchange: 'binance', address: 'http://127.0.0.1:9' }
  expect(await dataVenue(home, undefined)).toEqual(engine)
  expect(await dataVenue(home, 'binance')).toEqual(engine)
  expect(await dataVenue(home, 'kraken')).toEqual({ exchange: 'kraken', address: null })
  expect(await dataVenue(newHome(), undefined)).toEqual({ exchange: 'binance', address: null })
})

test.each([
  ['--from 2024', 'expected a time such as 2024-01-01'],
  ['--from yesterday', 'expected a time such as 2024-01-01'],
  ['--to 2024-02-31', 'expected a time such as 2024-01-01'],
  ['--from 1704067200', 'expected a time such as 2024-01-01'],
  ['--timeframe 10m', 'Allowed choices are 1s, 1m, '],
])('download %s is refused before anything is asked', async (option, what) => {
  expect(await refused('download', ...BTC, ...option.split(' '))).toContain(what)
})

test('candles are not imported under a name that no market has', async () => {
  expect(await refused('import', 'a.csv', '--timeframe', '1m', '--market', 'BTCUSDT')).toContain(
    'expected a market such as BTC/USDT',
  )
})

/** What the command line says where it does not understand. */
async function refused(...words: string[]): Promise<string> {
  newHome()
  vi.spyOn(process, 'exit').mockImplementation((code) => {
    throw new Error(`exit ${code}`)
  })
  const error = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  await expect(keyside(...words)).rejects.toThrow('exit 1')
  return error.mock.calls.join('')
}

test.each(['BTC', 'USDT/USDT', '/USDT'])(
  '%s is no market, and no exchange is asked for it',
  async (market) => {
    const said = await refused('download', market, '--timeframe', '1m')
    expect(said).toContain('expected a market such as BTC/USDT')
  },
)
