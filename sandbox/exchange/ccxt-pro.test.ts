// The contract with an unmodified ccxt.pro over WebSocket.
import ccxt from 'ccxt'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DEMO_WAVE, Market } from '../market/market.ts'
import {
  ED25519,
  HMAC,
  openExchange,
  pointAt,
  type TestExchange,
  until,
} from './testing/open-exchange.ts'

const BTC = 'BTC/USDT'
let venue: TestExchange
let client: InstanceType<typeof ccxt.pro.binance>

beforeEach(async () => {
  venue = await openExchange({ market: new Market({ seed: 3, wave: DEMO_WAVE }) })
  client = await connect(HMAC)
})
afterEach(async () => {
  await client.close()
  await venue.exchange.stop()
})

async function connect(keys: { apiKey: string; secret: string }) {
  const own = pointAt(new ccxt.pro.binance({ ...keys, enableRateLimit: false }), venue.exchange)
  // ccxt refuses plain ws: addresses until this was called, whether there is a proxy or not.
  await own.loadHttpProxyAgent()
  return own
}

test('pushes candles of one second, which are those of REST once they are closed', async () => {
  const seen = new Map<number, number>()
  while (seen.size < 3)
    for (const [time, , , , close] of await client.watchOHLCV(BTC, '1s'))
      seen.set(Number(time), Number(close))
  const candles = await client.fetchOHLCV(BTC, '1s', Math.min(...seen.keys()), 3)
  const closed = [...seen].slice(0, 2)
  expect(candles.slice(0, 2).map(([time, , , , close]) => [time, close])).toEqual(closed)
})

test('pushes best bid and ask', async () => {
  const { [BTC]: pair } = await client.watchBidsAsks([BTC])
  expect(Number(pair?.bid)).toBeLessThan(Number(pair?.ask))
})

test('pushes the ticker', async () => {
  const ticker = await client.watchTicker(BTC)
  expect(Number(ticker.high)).toBeGreaterThan(Number(ticker.low))
})

test('pushes trades', async () => {
  const [trade] = await client.watchTrades(BTC)
  expect(trade).toMatchObject({ symbol: BTC, side: 'buy' })
})

test('keeps a local book in step with its own', async () => {
  let book = await client.watchOrderBook(BTC)
  for (let i = 0; i < 4; i++) book = await client.watchOrderBook(BTC)
  const nonce = Number(book.nonce)
  const real = venue.exchange.book.at(
    venue.market.instruments.find(({ symbol }) => symbol === BTC) ?? expect.fail(),
    nonce,
  )
  expect(book.bids.map(([price]) => price)).toEqual(real.bids.map(({ price }) => price.toNumber()))
  expect(book.asks.map(([price]) => price)).toEqual(real.asks.map(({ price }) => price.toNumber()))
})

test.each([HMAC, ED25519])('pushes orders, own trades and balances', async (keys) => {
  const own = await connect(keys)
  try {
    await own.authenticate()
    const orders = own.watchOrders(BTC)
    const trades = own.watchMyTrades(BTC)
    const balance = own.watchBalance()
    const placed = await own.createOrder(BTC, 'market', 'buy', 0.001)
    expect((await orders).at(-1)).toMatchObject({ id: placed.id, symbol: BTC })
    expect((await trades).at(-1)).toMatchObject({ order: placed.id, amount: 0.001 })
    expect((await balance)['BTC']).toMatchObject({ used: 0 })
    await until(() => own.orders?.at(-1)?.status === 'closed')
  } finally {
    await own.close()
  }
})

// Over a plain socket: an unmodified ccxt.pro leaves a rejection behind that nobody can handle.
test.each([
  ['userDataStream.subscribe.signature', HMAC.apiKey, -1022],
  ['userDataStream.subscribe.signature', 'x'.repeat(64), -2015],
  ['order.place', HMAC.apiKey, -1020],
])('refuses %s that is not signed or not there', async (method, apiKey, code) => {
  const socket = new WebSocket(`${venue.exchange.address.replace('http', 'ws')}/ws-api/v3`)
  await new Promise((resolve) => socket.addEventListener('open', resolve))
  const answer = new Promise<string>((resolve) => {
    socket.addEventListener('message', ({ data }) => resolve(String(data)))
  })
  const params = { apiKey, timestamp: Date.now(), signature: '00'.repeat(32) }
  socket.send(JSON.stringify({ id: 'a', method, params }))
  expect(JSON.parse(await answer)).toMatchObject({ id: 'a', error: { code } })
  socket.close()
})

test('drops its streams on command, which a client notices', async () => {
  await client.watchBidsAsks([BTC])
  const next = client.watchOHLCV(BTC, '1m').catch((error: unknown) => error)
  await until(() => Object.keys(client.clients).length > 0)
  const waiting = client.watchBidsAsks([BTC]).then(
    () => 'another tick',
    (error: unknown) => error,
  )
  venue.exchange.dropStreams()
  expect([await waiting, await next].some((it) => it instanceof ccxt.NetworkError)).toBe(true)
})
