// Steering the sandbox over HTTP.

import { systemClock } from '@keyside/runtime'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ownTime } from '../../runtime/testing/own-time.ts'
import { CALM, Market } from '../market/market.ts'
import { startExchange } from './start.ts'
import { openExchange, type TestExchange } from './testing/open-exchange.ts'
import { raw, signed } from './testing/raw-client.ts'

const BTC = 'BTC/USDT'
let venue: TestExchange

beforeEach(async () => {
  venue = await openExchange()
})
afterEach(() => venue.exchange.stop())

async function send(
  method: string,
  page: string,
  body: unknown,
  type = 'application/json',
  at = venue.exchange,
) {
  const response = await fetch(`${at.address}/sandbox/${page}`, {
    method,
    headers: { 'Content-Type': type },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

test('arms, shows and disarms faults', async () => {
  await send('POST', 'faults', { name: 'html-502', count: 2, match: 'GET /api/v3/time' })
  const shown = await raw(venue.exchange, 'GET', '/sandbox/faults')
  expect(shown.body).toMatchObject({ armed: [{ name: 'html-502', left: 2 }] })
  expect((await raw(venue.exchange, 'GET', '/api/v3/time')).status).toBe(502)
  await send('DELETE', 'faults', {})
  expect((await raw(venue.exchange, 'GET', '/api/v3/time')).status).toBe(200)
})

test('moves the price at once and along a path', async () => {
  await send('POST', 'nudge', { symbol: BTC, factor: 1.1 })
  await send('POST', 'drive', { symbol: BTC, path: [{ afterMs: 5_000, factor: 0.5 }] })
  const { body } = await send('POST', 'clock', { advanceMs: 6_000 })
  expect(Number(body['time']) - Date.now()).toBeGreaterThan(5_000)
  const price = await raw(venue.exchange, 'GET', '/sandbox/price', 'symbol=BTC/USDT')
  expect(price.body).toMatchObject({ symbol: BTC, price: '33000.00' })
})

test('sets the depth, so that an order is filled in parts', async () => {
  await send('POST', 'depth', { symbol: BTC, levels: 2, quantity: '0.001' })
  const order = {
    symbol: 'BTCUSDT',
    side: 'BUY',
    type: 'LIMIT',
    timeInForce: 'IOC',
    quantity: '0.005',
    price: '61000',
  }
  await signed(venue.exchange, 'POST', '/api/v3/order', order)
  const { body } = await raw(venue.exchange, 'GET', '/sandbox/orders')
  expect(body).toMatchObject([
    {
      side: 'buy',
      symbol: BTC,
      quantity: '0.00500000',
      executed: '0.00200000',
      fills: 2,
      outcome: 'EXPIRED',
    },
  ])
})

test.each([
  ['POST', 'nothing', {}, 404, 'not-found'],
  ['POST', 'nudge', { symbol: BTC, factor: 0 }, 400, 'bad-request'],
  ['POST', 'nudge', { symbol: BTC, factor: 1, more: 1 }, 400, 'bad-request'],
  ['POST', 'faults', { name: 'unheard-of' }, 400, 'bad-request'],
  [
    'POST',
    'drive',
    { symbol: 'DOGE/USDT', path: [{ afterMs: 0, factor: 2 }] },
    404,
    'unknown-symbol',
  ],
] as const)(
  '%s %s is refused with a code and a sentence',
  async (method, page, body, status, code) => {
    const answer = await send(method, page, body)
    expect(answer).toMatchObject({ status, body: { code } })
    expect(String(answer.body['sentence']).length).toBeGreaterThan(20)
  },
)

test('refuses what a web page from elsewhere could send without asking', async () => {
  const answer = await send('POST', 'nudge', { symbol: BTC, factor: 2 }, 'text/plain')
  expect(answer).toMatchObject({ status: 415, body: { code: 'not-json' } })
})

test.each([{ Origin: 'https://example.com' }, { 'Sec-Fetch-Site': 'cross-site' }])(
  'refuses a page of another website: %o',
  async (headers) => {
    const response = await fetch(`${venue.exchange.address}/sandbox/orders`, { headers })
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ code: 'foreign-origin' })
  },
)

test('refuses to set a clock that runs on real time', async () => {
  const market = new Market({ seed: 1, wave: CALM })
  const fixed = await startExchange({ market, accounts: [], clock: systemClock })
  const answer = await send('POST', 'clock', { advanceMs: 1 }, 'application/json', fixed)
  expect(answer).toMatchObject({ status: 409, body: { code: 'fixed-clock' } })
  await fixed.stop()
})

test('rejects a port that is taken, and stops quickly with clients still connected', async () => {
  const market = new Market({ seed: 1, wave: CALM })
  const port = Number(new URL(venue.exchange.address).port)
  await expect(startExchange({ market, accounts: [], port })).rejects.toThrow('EADDRINUSE')
  const socket = new WebSocket(`${venue.exchange.address.replace('http', 'ws')}/ws/btcusdt@trade`)
  await new Promise((resolve) => socket.addEventListener('message', resolve, { once: true }))
  const closed = new Promise((resolve) => socket.addEventListener('close', resolve))
  const passed = ownTime()
  await venue.exchange.stop()
  await closed
  expect(passed()).toBeLessThan(1_000)
})

test('halts a market, takes it off the list, and brings it back', async () => {
  const { exchange } = venue
  const set = (status: string) => send('POST', 'status', { symbol: 'ETH/USDT', status })
  const info = (query: string) => raw(exchange, 'GET', '/api/v3/exchangeInfo', query)
  await set('BREAK')
  expect(await info('symbol=ETHUSDT')).toMatchObject({ body: { symbols: [{ status: 'BREAK' }] } })
  const side = { side: 'BUY', type: 'LIMIT', timeInForce: 'IOC', quantity: '1', price: '3000' }
  expect(
    await signed(exchange, 'POST', '/api/v3/order', { symbol: 'ETHUSDT', ...side }),
  ).toMatchObject({ status: 400, body: { code: -1013, msg: 'Market is closed.' } })
  await set('GONE')
  for (const path of ['exchangeInfo', 'ticker/bookTicker', 'ticker/24hr'])
    expect(
      await raw(exchange, 'GET', `/api/v3/${path}`, 'symbols=["BTCUSDT","ETHUSDT"]'),
    ).toMatchObject({ status: 400, body: { code: -1121 } })
  expect(JSON.stringify((await info('')).body)).not.toContain('ETHUSDT')
  await set('TRADING')
  expect(await info('symbol=ETHUSDT')).toMatchObject({ status: 200 })
})

test('while a market is halted nothing that rests there is filled', async () => {
  const { exchange, clock, market } = venue
  await signed(exchange, 'POST', '/api/v3/order', {
    symbol: 'BTCUSDT',
    side: 'BUY',
    type: 'LIMIT',
    timeInForce: 'GTC',
    quantity: '0.001',
    price: '59000',
  })
  exchange.setStatus(BTC, 'BREAK')
  market.nudge(BTC, 0.97, clock.now())
  clock.advance(2_000)
  expect(exchange.acceptLog()).toMatchObject([{ outcome: 'NEW' }])
  exchange.setStatus(BTC, 'TRADING')
  clock.advance(2_000)
  expect(exchange.acceptLog()).toMatchObject([{ outcome: 'FILLED' }])
})
