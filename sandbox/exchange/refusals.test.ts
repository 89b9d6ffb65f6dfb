// Every refusal of the exchange, with the venue's number and status, and the class ccxt makes of it.
import { createHmac } from 'node:crypto'
import ccxt from 'ccxt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EXCHANGE_ERRORS, ExchangeError } from './errors.ts'
import { HMAC, openExchange, pointAt, type TestExchange } from './testing/open-exchange.ts'
import { type RawOptions, raw, signed } from './testing/raw-client.ts'

const LIMIT = {
  symbol: 'BTCUSDT',
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'GTC',
  quantity: '0.001',
  price: '59000',
}
const STOP = {
  symbol: 'BTCUSDT',
  side: 'SELL',
  type: 'STOP_LOSS',
  quantity: '0.001',
  stopPrice: '1',
}
let venue: TestExchange

beforeAll(async () => {
  venue = await openExchange()
})
afterAll(() => venue.exchange.stop())

async function refusal(
  query: Readonly<Record<string, string | number>>,
  options?: RawOptions,
  path = '/api/v3/order',
) {
  const before = venue.exchange.acceptLog().length
  const { status, body } = await signed(venue.exchange, 'POST', path, query, options)
  expect(venue.exchange.acceptLog(), 'nothing was accepted').toHaveLength(before)
  const { code, msg } = body as { code: number; msg: string }
  return { status, code, msg }
}

const without = (name: keyof typeof LIMIT) =>
  Object.fromEntries(Object.entries(LIMIT).filter(([key]) => key !== name))

test.each([
  ['no symbol', without('symbol'), -1102, "'symbol'"],
  ['no price for a limit', without('price'), -1102, "'price'"],
  [
    'no amount for a market order',
    { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET' },
    -1102,
    'quoteOrderQty',
  ],
  ['an empty parameter', { ...LIMIT, newClientOrderId: '' }, -1105, "'newClientOrderId'"],
  [
    'a parameter nobody reads',
    { ...LIMIT, leverage: '10' },
    -1104,
    "read '8' parameter(s) but was sent '9'",
  ],
  [
    'a time in force for a market order',
    { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '1', timeInForce: 'GTC' },
    -1106,
    "'timeInForce'",
  ],
  [
    'both amounts',
    { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '1', quoteOrderQty: '9' },
    -1106,
    "'quoteOrderQty'",
  ],
  ['an illegal client id', { ...LIMIT, newClientOrderId: 'a b' }, -1100, "'newClientOrderId'"],
  ['a client id that is too long', { ...LIMIT, newClientOrderId: 'a'.repeat(37) }, -1100, '1,36'],
  ['a negative amount', { ...LIMIT, quantity: '-1' }, -1100, "'quantity'"],
  ['an amount with an exponent', { ...LIMIT, quantity: '1e3' }, -1100, "'quantity'"],
  ['an amount of zero', { ...LIMIT, quantity: '0.0' }, -1013, 'Invalid quantity'],
  ['a price of zero', { ...LIMIT, price: '0' }, -1013, 'Invalid price'],
  ['more decimals than the asset has', { ...LIMIT, quantity: '0.001000001' }, -1111, "'quantity'"],
  ['an unknown symbol', { ...LIMIT, symbol: 'DOGEUSDT' }, -1121, 'Invalid symbol'],
  ['a unified symbol', { ...LIMIT, symbol: 'BTC/USDT' }, -1100, "'symbol'"],
  ['an unknown side', { ...LIMIT, side: 'HOLD' }, -1117, 'Invalid side'],
  ['an unknown type', { ...LIMIT, type: 'TRAILING' }, -1116, 'Invalid orderType'],
  ['an unknown time in force', { ...LIMIT, timeInForce: 'GTX' }, -1115, 'Invalid timeInForce'],
  ['an unknown answer type', { ...LIMIT, newOrderRespType: 'ALL' }, -1136, 'newOrderRespType'],
  [
    'an unknown self-trade prevention',
    { ...LIMIT, selfTradePreventionMode: 'EXPIRE' },
    -1130,
    "'selfTradePreventionMode'",
  ],
  [
    'no self-trade prevention',
    { ...LIMIT, selfTradePreventionMode: 'NONE' },
    -2010,
    'self-trade prevention',
  ],
  ['a price off the grid', { ...LIMIT, price: '59000.001' }, -1013, 'PRICE_FILTER'],
  ['an amount off the grid', { ...LIMIT, quantity: '0.0010001' }, -1013, 'LOT_SIZE'],
  ['too large an amount', { ...LIMIT, quantity: '9001' }, -1013, 'LOT_SIZE'],
  [
    'too large a market order',
    { symbol: 'BTCUSDT', side: 'SELL', type: 'MARKET', quantity: '101' },
    -1013,
    'MARKET_LOT_SIZE',
  ],
  ['a price far away', { ...LIMIT, price: '300001' }, -1013, 'PERCENT_PRICE_BY_SIDE'],
  ['too little', { ...LIMIT, quantity: '0.00008' }, -1013, 'NOTIONAL'],
  ['more than there is', { ...LIMIT, quantity: '2' }, -2010, 'insufficient balance'],
  ['a type it has not', { ...LIMIT, type: 'LIMIT_MAKER' }, -1116, 'Invalid orderType'],
  ['a stop that would trigger', { ...STOP, stopPrice: '60001' }, -2010, 'trigger immediately'],
  ['a window that is too long', { ...LIMIT, recvWindow: 60_001 }, -1131, 'recvWindow'],
])('refuses %s', async (_what, query, code, words) => {
  const answer = await refusal(query)
  expect(answer).toMatchObject({ status: 400, code })
  expect(answer.msg).toContain(words)
})

test.each([
  ['no key', { apiKey: undefined }, 401, -2014],
  ['a key that is none', { apiKey: 'short' }, 401, -2014],
  ['an unknown key', { apiKey: 'x'.repeat(64) }, 401, -2015],
  ['a wrong secret', { secret: 'wrong' }, 400, -1022],
  ['an old request', { timestamp: Date.now() - 15_000 }, 400, -1021],
  ['a request from the future', { timestamp: Date.now() + 20_000 }, 400, -1021],
])('refuses %s', async (_what, options, status, code) => {
  expect(await refusal(LIMIT, options)).toMatchObject({ status, code })
})

test('refuses a request that was changed after it was signed', async () => {
  const text = `symbol=BTCUSDT&side=BUY&type=MARKET&quantity=0.001&timestamp=${Date.now()}`
  const signature = createHmac('sha256', HMAC.secret).update(text).digest('hex')
  const send = (query: string) =>
    raw(venue.exchange, 'POST', '/api/v3/order', `${query}&signature=${signature}`, HMAC.apiKey)
  expect((await send(text.replace('0.001', '0.9'))).body).toMatchObject({ code: -1022 })
  expect((await send(text)).status).toBe(200)
})

test('refuses a name that is sent twice, an interval it has not, and an order it never saw', async () => {
  const { exchange } = venue
  const twice = await raw(exchange, 'GET', '/api/v3/depth', 'symbol=BTCUSDT&symbol=ETHUSDT')
  expect(twice.body).toMatchObject({ code: -1101 })
  const klines = await raw(exchange, 'GET', '/api/v3/klines', 'symbol=BTCUSDT&interval=7m')
  expect(klines.body).toMatchObject({ code: -1120 })
  const lost = { symbol: 'BTCUSDT', origClientOrderId: 'lost' }
  expect((await signed(exchange, 'GET', '/api/v3/order', lost)).body).toMatchObject({ code: -2013 })
  expect((await signed(exchange, 'DELETE', '/api/v3/order', lost)).body).toMatchObject({
    code: -2011,
  })
  expect((await raw(exchange, 'GET', '/api/v3/nonsense')).status).toBe(404)
})

test('takes a client id again only when its order is not open any more', async () => {
  const { exchange } = venue
  const order = { ...LIMIT, newClientOrderId: 'twin' }
  expect((await signed(exchange, 'POST', '/api/v3/order', order)).status).toBe(200)
  expect(await refusal(order)).toMatchObject({ code: -2010, msg: 'Duplicate order sent.' })
  const name = { symbol: 'BTCUSDT', origClientOrderId: 'twin' }
  await signed(exchange, 'DELETE', '/api/v3/order', name)
  const again = await signed(exchange, 'POST', '/api/v3/order', order)
  expect(again.status).toBe(200)
  const { orderId } = again.body as { orderId: number }
  const found = await signed(exchange, 'GET', '/api/v3/order', name)
  expect(found.body, 'the newest of that name').toMatchObject({ orderId, status: 'NEW' })
  await signed(exchange, 'DELETE', '/api/v3/order', name)
})

test('refuses a sixth waiting stop', async () => {
  for (let i = 0; i < 5; i++)
    expect(
      (await signed(venue.exchange, 'POST', '/api/v3/order', { ...STOP, stopPrice: '50000' }))
        .status,
    ).toBe(200)
  const answer = await refusal({ ...STOP, stopPrice: '50000' })
  expect(answer.msg).toBe('Filter failure: MAX_NUM_ALGO_ORDERS')
  await signed(venue.exchange, 'DELETE', '/api/v3/openOrders', { symbol: 'BTCUSDT' })
})

test('lets a key without the right to trade look but not trade', async () => {
  const reader = {
    name: 'reader',
    apiKey: HMAC.apiKey,
    credential: { secret: HMAC.secret },
    balances: { USDT: '9' },
  }
  await using only = await openExchange({
    accounts: [{ ...reader, rights: { enableSpotAndMarginTrading: false } }],
  })
  expect((await signed(only.exchange, 'GET', '/api/v3/account')).body).toMatchObject({
    canTrade: false,
  })
  expect((await signed(only.exchange, 'POST', '/api/v3/order', LIMIT)).body).toMatchObject({
    code: -2015,
  })
})

test('becomes the classes of error that ccxt has for them', async () => {
  const connect = (keys: object) => {
    const client = pointAt(
      new ccxt.binance({ ...HMAC, ...keys, enableRateLimit: false }),
      venue.exchange,
    )
    client.options['fetchCurrencies'] = false
    return client
  }
  const client = connect({})
  const buy = (price: number, amount: number, params = {}) =>
    client.createOrder('BTC/USDT', 'limit', 'buy', amount, price, params)
  await client.loadMarkets()
  await expect(buy(59_000, 2)).rejects.toThrow(ccxt.InsufficientFunds)
  await expect(buy(59_000, 0.00002)).rejects.toThrow(ccxt.BadRequest)
  await expect(client.fetchOrder('77', 'BTC/USDT')).rejects.toThrow(ccxt.OrderNotFound)
  await expect(client.cancelOrder('77', 'BTC/USDT')).rejects.toThrow(ccxt.OrderNotFound)
  await buy(59_000, 0.001, { clientOrderId: 'same' })
  await expect(buy(59_000, 0.001, { clientOrderId: 'same' })).rejects.toThrow(ccxt.InvalidOrder)
  await client.cancelAllOrders('BTC/USDT')
  const stranger = { apiKey: 'x'.repeat(64) }
  await expect(connect(stranger).fetchBalance()).rejects.toThrow(ccxt.AuthenticationError)
  await expect(connect({ secret: 'no' }).fetchBalance()).rejects.toThrow(ccxt.AuthenticationError)
})

test('answers 429 with Retry-After beyond the weight of a minute, then bans, then forgives', async () => {
  await using busy = await openExchange({ limits: { weight: 60, refusals: 2 } })
  const ask = () => raw(busy.exchange, 'GET', '/api/v3/exchangeInfo')
  for (let i = 1; i <= 3; i++)
    expect((await ask()).headers.get('x-mbx-used-weight-1m')).toBe(String(i * 20))
  const refused = await ask()
  expect(refused).toMatchObject({ status: 429, body: { code: -1003 } })
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  const client = pointAt(new ccxt.binance({ enableRateLimit: false }), busy.exchange)
  await expect(client.fetchTime()).rejects.toThrow(ccxt.DDoSProtection)
  expect((await ask()).status).toBe(418)
  busy.clock.advance(121_000)
  expect((await ask()).status).toBe(200)
})

test('refuses more orders than ten seconds may have', async () => {
  await using busy = await openExchange({ limits: { orders: 2 } })
  busy.clock.set(Math.ceil(busy.clock.now() / 10_000) * 10_000)
  const timestamp = busy.clock.now()
  const place = () => signed(busy.exchange, 'POST', '/api/v3/order', LIMIT, { timestamp })
  expect([(await place()).status, (await place()).status]).toEqual([200, 200])
  expect(await place()).toMatchObject({ status: 429, body: { code: -1015 } })
})

test('writes what was wrong into the words', () => {
  const error = new ExchangeError('unread_parameters', ['1', '$& 2'])
  expect(error.message).toBe(
    "Not all sent parameters were read; read '1' parameter(s) but was sent '$& 2'.",
  )
  expect(EXCHANGE_ERRORS.bad_signature.code).toBe(-1022)
})
