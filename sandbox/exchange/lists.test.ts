// What Binance's lists of orders and trades refuse to be asked, and what they no longer show.
import { expect, test } from 'vitest'
import { openExchange } from './testing/open-exchange.ts'
import { signed } from './testing/raw-client.ts'

const DAY = 86_400_000
const BTC = { symbol: 'BTCUSDT' }
const ORDERS = '/api/v3/allOrders'
const TRADES = '/api/v3/myTrades'
const UNFILLED = {
  ...BTC,
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'IOC',
  quantity: '0.001',
  price: '59000',
}

async function open() {
  const venue = await openExchange()
  const { exchange, clock } = venue
  const ask = async (method: string, path: string, query: Record<string, string | number>) => {
    const { body } = await signed(exchange, method, path, query, { timestamp: clock.now() })
    return body
  }
  return { venue, clock, ask }
}

test.each<[string, string, Record<string, number>, number]>([
  ['orders of more than a day', ORDERS, { startTime: 0, endTime: DAY + 1 }, -1127],
  ['trades of more than a day', TRADES, { startTime: 0, endTime: DAY + 1 }, -1127],
  ['trades from a number and a time on', TRADES, { fromId: 1, startTime: 0 }, -1128],
  ['trades of an order since a time', TRADES, { orderId: 1001, startTime: 0 }, -1128],
])('%s are refused', async (_, path, query, code) => {
  const { venue, ask } = await open()
  await using _venue = venue
  expect(await ask('GET', path, { ...BTC, ...query })).toMatchObject({ code })
})

test('orders from a number on come from the oldest, and all others from the newest', async () => {
  const { venue, ask } = await open()
  await using _venue = venue
  for (let placed = 0; placed < 3; placed += 1) await ask('POST', '/api/v3/order', UNFILLED)
  const numbers = async (query: Record<string, number>) => {
    const rows = (await ask('GET', ORDERS, { ...BTC, limit: 2, ...query })) as { orderId: number }[]
    return rows.map(({ orderId }) => orderId)
  }
  expect(await numbers({})).toEqual([1002, 1003])
  expect(await numbers({ orderId: 1001 })).toEqual([1001, 1002])
})

test('an order that ended without a fill is archived after 90 days, and one with fills never', async () => {
  const { venue, clock, ask } = await open()
  await using _venue = venue
  await ask('POST', '/api/v3/order', UNFILLED)
  await ask('POST', '/api/v3/order', { ...UNFILLED, price: '61000' })
  clock.advance(90 * DAY)
  expect(await ask('GET', '/api/v3/order', { ...BTC, orderId: 1001 })).toMatchObject({
    code: -2026,
  })
  expect(await ask('GET', '/api/v3/order', { ...BTC, orderId: 1002 })).toMatchObject({
    status: 'FILLED',
  })
  expect(await ask('GET', ORDERS, BTC)).toMatchObject([{ orderId: 1002 }])
})
