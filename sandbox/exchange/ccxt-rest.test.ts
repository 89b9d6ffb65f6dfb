// The contract with an unmodified ccxt over REST.
import ccxt from 'ccxt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ED25519, HMAC, openExchange, pointAt, type TestExchange } from './testing/open-exchange.ts'

const BTC = 'BTC/USDT'
let venue: TestExchange
let client: InstanceType<typeof ccxt.binance>

beforeAll(async () => {
  venue = await openExchange()
  client = connect(HMAC)
  await client.loadMarkets()
})
afterAll(() => venue.exchange.stop())

function connect(keys: { apiKey: string; secret: string }) {
  return pointAt(new ccxt.binance({ ...keys, enableRateLimit: false }), venue.exchange)
}

test('lists its markets with steps and limits, and its currencies', () => {
  expect(Object.keys(client.markets ?? {})).toEqual([BTC, 'ETH/USDT'])
  expect(client.market(BTC)).toMatchObject({
    active: true,
    spot: true,
    precision: { price: 0.01, amount: 0.00001 },
    limits: { amount: { min: 0.00001, max: 9000 }, cost: { min: 5 } },
  })
  expect(Object.keys(client.currencies ?? {})).toEqual(
    expect.arrayContaining(['BTC', 'ETH', 'USDT']),
  )
})

test('tells its time', async () => {
  expect(Math.abs(Number(await client.fetchTime()) - Date.now())).toBeLessThan(1_000)
})

test.each(['1s', '1m', '30m', '1h', '2h', '6h', '8h', '12h', '1d', '3d'])(
  'gives %s candles, the newest running',
  async (timeframe) => {
    const candles = await client.fetchOHLCV(BTC, timeframe, undefined, 10)
    expect(candles).toHaveLength(10)
    const length = client.parseTimeframe(timeframe) * 1000
    const opened = Number(candles.at(-1)?.[0])
    expect(opened % length).toBe(0)
    expect(Date.now() - opened).toBeLessThan(length + 1_000)
  },
)

test.each([
  ['1w', (at: Date) => at.getUTCDay() === 1],
  ['1M', (at: Date) => at.getUTCDate() === 1],
] as const)('gives %s candles by the calendar', async (timeframe, begins) => {
  const candles = await client.fetchOHLCV(BTC, timeframe, undefined, 10)
  const opens = candles.map(([open]) => new Date(Number(open)))
  expect(opens).toHaveLength(10)
  for (const open of opens) expect(begins(open), open.toISOString()).toBe(true)
})

test('says what was paid on the average of five minutes', async () => {
  expect(await client.publicGetAvgPrice({ symbol: 'BTCUSDT' })).toMatchObject({
    mins: 5,
    price: '60000.00000000',
  })
})

test('gives candles from a moment on', async () => {
  const since = Math.floor(Date.now() / 60_000) * 60_000 - 3_600_000
  const candles = await client.fetchOHLCV(BTC, '1m', since, 5)
  expect(candles.map((candle) => candle[0])).toEqual([0, 1, 2, 3, 4].map((i) => since + i * 60_000))
})

test('shows a book around the price', async () => {
  const book = await client.fetchOrderBook(BTC, 5)
  expect(book.bids).toHaveLength(5)
  expect(book.bids[0]?.[0]).toBe(59_997)
  expect(book.asks[0]?.[0]).toBe(60_003)
  expect(book.nonce).toBeGreaterThan(0)
})

test('gives tickers for one, several and all symbols', async () => {
  expect(await client.fetchTicker(BTC)).toMatchObject({ last: 60_000, bid: 59_997, ask: 60_003 })
  expect(Number((await client.fetchTicker(BTC)).quoteVolume)).toBeGreaterThan(50_000_000)
  expect(Object.keys(await client.fetchTickers([BTC]))).toEqual([BTC])
  expect(Object.keys(await client.fetchTickers())).toEqual([BTC, 'ETH/USDT'])
  expect(await client.fetchBidsAsks([BTC])).toMatchObject({ [BTC]: { bid: 59_997, ask: 60_003 } })
})

test('gives the latest trades', async () => {
  const trades = await client.fetchTrades(BTC, undefined, 4)
  expect(trades.map((trade) => trade.price)).toEqual([60_000, 60_000, 60_000, 60_000])
})

test('fills a limit IOC, and finds it by the id it was given', async () => {
  const clientOrderId = 'a0'.repeat(16)
  const placed = await client.createOrder(BTC, 'limit', 'buy', 0.001, 60_100, {
    clientOrderId,
    timeInForce: 'IOC',
  })
  expect(placed).toMatchObject({ clientOrderId, status: 'closed', filled: 0.001, average: 60_003 })
  expect(placed.trades[0]).toMatchObject({
    price: 60_003,
    fee: { cost: 0.000001, currency: 'BTC' },
  })
  const found = await client.fetchOrder('', BTC, { clientOrderId })
  expect(found).toMatchObject({
    id: placed.id,
    status: 'closed',
    filled: 0.001,
    timeInForce: 'IOC',
  })
  const trades = await client.fetchMyTrades(BTC, undefined, undefined, { orderId: placed.id })
  expect(trades).toMatchObject([{ order: placed.id, price: 60_003, amount: 0.001, side: 'buy' }])
})

test('lets an IOC that meets nobody expire', async () => {
  const placed = await client.createOrder(BTC, 'limit', 'buy', 0.001, 59_000, {
    timeInForce: 'IOC',
  })
  expect(placed).toMatchObject({ status: 'expired', filled: 0 })
})

test('fills market orders by amount and by cost', async () => {
  const sold = await client.createOrder(BTC, 'market', 'sell', 0.002)
  expect(sold).toMatchObject({ status: 'closed', filled: 0.002, average: 59_997 })
  const bought = await client.createOrder(BTC, 'market', 'buy', 0, undefined, { cost: 100 })
  expect(bought).toMatchObject({ status: 'closed', filled: 0.00166 })
})

test('keeps a limit order open until it is canceled', async () => {
  const { id } = await client.createOrder(BTC, 'limit', 'sell', 0.01, 70_000)
  expect(await client.fetchOpenOrders(BTC)).toMatchObject([{ id, status: 'open' }])
  expect((await client.fetchBalance())['BTC']).toMatchObject({ used: 0.01 })
  await client.cancelOrder(String(id), BTC)
  expect(await client.fetchOpenOrders(BTC)).toEqual([])
  expect(await client.fetchOrder(String(id), BTC)).toMatchObject({ status: 'canceled' })
  expect((await client.fetchBalance())['BTC']).toMatchObject({ used: 0 })
})

test('holds a stop, which waits without working', async () => {
  const stop = await client.createOrder(BTC, 'limit', 'sell', 0.01, 58_000, {
    stopLossPrice: 58_500,
  })
  const found = await client.fetchOrder(String(stop.id), BTC)
  expect(found).toMatchObject({ status: 'open', triggerPrice: 58_500, price: 58_000 })
  expect(found.info).toMatchObject({ type: 'STOP_LOSS_LIMIT', isWorking: false })
  await client.cancelAllOrders(BTC)
  expect(await client.fetchOpenOrders(BTC)).toEqual([])
})

test('lists past orders', async () => {
  const { id } = await client.createOrder(BTC, 'limit', 'buy', 0.001, 59_000, {
    timeInForce: 'FOK',
  })
  const orders = await client.fetchOrders(BTC)
  expect(orders.at(-1)).toMatchObject({ id, status: 'expired' })
})

test('says what a key may do', async () => {
  expect(await client['sapiGetAccountApiRestrictions']()).toMatchObject({
    ipRestrict: true,
    enableSpotAndMarginTrading: true,
    enableWithdrawals: false,
  })
})

test('takes an Ed25519 key as PEM', async () => {
  const signed = connect(ED25519)
  expect((await signed.fetchBalance())['USDT']).toMatchObject({ free: 100_000 })
  const order = await signed.createOrder(BTC, 'market', 'buy', 0.001)
  expect(order.status).toBe('closed')
  expect(
    (await client.fetchOrders(BTC)).map(({ id }) => id),
    'another account',
  ).not.toContain(order.id)
})

test('checks a test order without taking it', async () => {
  const before = venue.exchange.acceptLog().length
  await client.createOrder(BTC, 'limit', 'buy', 0.001, 59_000, { test: true })
  expect(venue.exchange.acceptLog()).toHaveLength(before)
})
