// One market that is gone, halted or told badly takes down itself alone: at the start, while it runs, in every list.
import { systemClock } from '@keyside/runtime'
import { CALM, Market, type SandboxExchange, startExchange } from '@keyside/sandbox'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { binance } from '../binance/dialect.ts'
import type { Exchange } from '../port.ts'
import { order } from '../testing/steps.ts'
import { openWiretap, type Wiretap } from '../testing/wiretap.ts'
import type { Pace } from './market-data.ts'
import { VenueAdapter } from './venue-adapter.ts'

const KEYS = { apiKey: 'key', secret: 'secret' }
const NAMES = ['AAA', 'BBB', 'CCC', 'DDD', 'EEE', 'FFF', 'GGG', 'HHH']
const ALL = NAMES.map((name) => `${name}/USDT`)
const PACE = { quotes: 20, books: 80, volumes: 30, clock: 60_000, markets: 100_000 }
/** A book comes every 200 ms at most, one market after the other. */
const PATIENCE = { timeout: 10_000 }
const logged: string[] = []
const log = {
  info: (words: unknown, text?: string) => logged.push(`${JSON.stringify(words)} ${text}`),
  warn: (words: unknown, text?: string) => logged.push(`${JSON.stringify(words)} ${text}`),
}

let sandbox: SandboxExchange
let tap: Wiretap
let exchange: Exchange

beforeEach(async () => {
  logged.length = 0
  sandbox = await startExchange({
    market: new Market({
      seed: 1,
      wave: CALM,
      instruments: ALL.map((symbol) => ({
        symbol,
        price: '100',
        tickSize: '0.01',
        stepSize: '0.001',
        minNotional: '5',
        maxQuantity: '9000',
        maxMarketQuantity: '100',
      })),
    }),
    accounts: [
      {
        name: 'main',
        apiKey: KEYS.apiKey,
        credential: { secret: KEYS.secret },
        balances: { USDT: '100000', AAA: '1' },
      },
    ],
    limits: { orders: 100_000, weight: 1_000_000 },
  })
  tap = await openWiretap(sandbox.address)
})
afterEach(async () => {
  await exchange.stop()
  await tap.stop()
  await sandbox.stop()
})

async function start(markets = ALL, pace: Partial<Pace> = {}): Promise<void> {
  const { address } = tap
  exchange = new VenueAdapter(binance, {
    keys: KEYS,
    address,
    clock: systemClock,
    log,
    unitMs: 1,
    pace: { ...PACE, ...pace },
  })
  await exchange.start(markets)
}

const unknown = () => ALL.filter((market) => exchange.rules(market) === null)
const asked = (path: string) => tap.heard.filter((heard) => heard.path === path).length

test.each([[['DDD/USDT']], [['AAA/USDT', 'HHH/USDT']], [ALL.slice(1)], [ALL]])(
  'starts without %j, and trades the others',
  async (gone) => {
    for (const market of gone) sandbox.setStatus(market, 'GONE')
    await start()
    expect(unknown()).toEqual(gone)
    for (const market of ALL)
      expect(exchange.quote(market) !== null, market).toBe(!gone.includes(market))
    for (const market of gone) expect(logged.join('\n')).toContain(market)
  },
)

test('one that is gone of eight costs a few questions more, and none for each of the others', async () => {
  sandbox.setStatus('CCC/USDT', 'GONE')
  await start(ALL, { quotes: 60_000, volumes: 60_000 })
  expect(asked('/api/v3/exchangeInfo')).toBe(7)
  expect(asked('/api/v3/ticker/bookTicker')).toBe(1)
})

test('one that goes while it runs keeps its rules, and the others keep their quotes and turnover', async () => {
  const some = ALL.slice(0, 4)
  await start(some)
  sandbox.setStatus('DDD/USDT', 'GONE')
  await vi.waitFor(
    () => expect(exchange.rules('DDD/USDT')).toMatchObject({ status: 'gone' }),
    PATIENCE,
  )
  const since = Date.now()
  const others = some.filter((market) => market !== 'DDD/USDT')
  await vi.waitFor(() => {
    for (const market of others) {
      expect(exchange.quote(market)?.at).toBeGreaterThan(since)
      expect(exchange.liquidity(market)?.volumeAt).toBeGreaterThan(since)
      expect(exchange.liquidity(market)?.asksAt).toBeGreaterThan(since)
    }
  }, PATIENCE)
  expect(exchange.quote('DDD/USDT')?.at).toBeLessThanOrEqual(since)
  expect(exchange.rules('DDD/USDT')).toMatchObject({ tick: expect.any(String), status: 'gone' })
  expect(await exchange.refreshQuote('DDD/USDT')).toMatchObject({ ok: false })
  expect(await exchange.place(order({ market: 'DDD/USDT' }))).toMatchObject({
    code: 'exchange_market_unknown',
  })
  expect(logged.filter((line) => line.includes('DDD/USDT'))).toHaveLength(1)
})

test('one that comes back is quoted again', async () => {
  sandbox.setStatus('DDD/USDT', 'GONE')
  sandbox.setStatus('EEE/USDT', 'BREAK')
  await start(ALL, { markets: 30 })
  expect(unknown()).toEqual(['DDD/USDT'])
  expect(exchange.rules('EEE/USDT')).toMatchObject({ status: 'halted' })
  sandbox.setStatus('DDD/USDT', 'TRADING')
  sandbox.setStatus('EEE/USDT', 'TRADING')
  await vi.waitFor(() => {
    expect(exchange.quote('DDD/USDT')).not.toBeNull()
    expect(exchange.liquidity('DDD/USDT')).not.toBeNull()
  }, PATIENCE)
  expect(exchange.rules('EEE/USDT')).toMatchObject({ status: 'trading' })
})

test('a halt is seen while it runs, and the market stays quoted', async () => {
  await start(ALL, { markets: 30 })
  sandbox.setStatus('AAA/USDT', 'BREAK')
  await vi.waitFor(
    () => expect(exchange.rules('AAA/USDT')).toMatchObject({ status: 'halted' }),
    PATIENCE,
  )
  expect(exchange.rules('BBB/USDT')).toMatchObject({ status: 'trading' })
  expect(
    await exchange.place(order({ market: 'AAA/USDT', price: '100', amount: '1' })),
  ).toMatchObject({
    outcome: 'rejected',
    code: 'exchange_market_closed',
  })
})

test('an order that is refused for a halt brings the news of it', async () => {
  await start()
  sandbox.setStatus('AAA/USDT', 'BREAK')
  const placed = await exchange.place(order({ market: 'AAA/USDT', price: '100', amount: '1' }))
  expect(placed).toMatchObject({ code: 'exchange_market_closed' })
  await vi.waitFor(() => expect(exchange.rules('AAA/USDT')).toMatchObject({ status: 'halted' }))
})

test('one that is gone costs one question more each time, however many markets there are', async () => {
  sandbox.setStatus('CCC/USDT', 'GONE')
  await start(ALL, { markets: 50 })
  const before = asked('/api/v3/exchangeInfo')
  await vi.waitFor(() => expect(asked('/api/v3/exchangeInfo')).toBeGreaterThan(before + 5))
  const questions = tap.heard.filter(({ path }) => path === '/api/v3/exchangeInfo').slice(before)
  for (const { query } of questions) {
    const symbols = query.get('symbols') ?? ''
    expect(symbols === '["CCCUSDT"]' || !symbols.includes('CCC'), symbols).toBe(true)
  }
})

test('one row that cannot be read spoils no other', async () => {
  await start()
  tap.intrude(({ path }, response) => {
    if (path !== '/api/v3/ticker/bookTicker') return 'pass'
    const row = (symbol: string, bidPrice: unknown) => ({ symbol, bidPrice, askPrice: '2' })
    const rows = [null, row('AAAUSDT', null), row('BBBUSDT', '1.5'), { symbol: 'CCCUSDT' }]
    response.end(JSON.stringify(rows))
    return 'answered'
  })
  await vi.waitFor(() => expect(exchange.quote('BBB/USDT')).toMatchObject({ bid: '1.5' }), PATIENCE)
  expect(exchange.quote('AAA/USDT')?.bid).not.toBe('1.5')
})

test('a market whose rules cannot be read any more is left by the old ones, and nothing is bought there', async () => {
  await start(['AAA/USDT'], { markets: 30 })
  tap.intrude(({ path }, response) => {
    if (path !== '/api/v3/exchangeInfo') return 'pass'
    response.end(
      JSON.stringify({ symbols: [{ symbol: 'AAAUSDT', status: 'TRADING', filters: [] }] }),
    )
    return 'answered'
  })
  await vi.waitFor(
    () => expect(exchange.rules('AAA/USDT')).toMatchObject({ status: 'halted', tick: '0.01' }),
    PATIENCE,
  )
  expect(await exchange.refreshQuote('AAA/USDT')).toMatchObject({ ok: true })
  const sale = order({ market: 'AAA/USDT', side: 'sell', price: '90', amount: '1' })
  expect(await exchange.place(sale)).toMatchObject({ outcome: 'accepted' })
  expect(logged.filter((line) => line.includes('cannot be read'))).toHaveLength(1)
})

test('a coin of which there are too many to count is left out, and one that is traded is not', async () => {
  const balance = (asset: string, free: string) => ({ asset, free, locked: '0.00000000' })
  const answer = (rows: unknown[]) =>
    tap.intrude(({ path }, response) => {
      if (path !== '/api/v3/account') return 'pass'
      response.end(JSON.stringify({ balances: rows }))
      return 'answered'
    })
  const much = '12345678901234567890.00000000'
  answer([balance('MEME', much), balance('AAA', '1.00000000')])
  await start()
  expect(await exchange.refreshBalances()).toEqual({
    ok: true,
    value: [{ currency: 'AAA', free: '1', used: '0' }],
  })
  answer([balance('AAA', much)])
  expect(await exchange.refreshBalances()).toMatchObject({ ok: false })
})

test.each([
  [400, -1003, 'Too many requests queued.'],
  [403, -2015, 'Invalid API-key, IP, or permissions for action.'],
  [503, -1121, 'Invalid symbol.'],
])('HTTP %i with %i says nothing of any market', async (status, code, msg) => {
  tap.intrude(({ path }, response) => {
    if (path !== '/api/v3/exchangeInfo') return 'pass'
    response.writeHead(status).end(JSON.stringify({ code, msg }))
    return 'answered'
  })
  await expect(start()).rejects.toMatchObject({ code: 'exchange_unreachable' })
  expect(asked('/api/v3/exchangeInfo')).toBe(1)
})
