// Every request that the adapter makes, to the byte: what another version would send differently is seen here first.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { VenueAdapter } from '../adapter/venue-adapter.ts'
import { binance } from './dialect.ts'

const KEYS = { apiKey: 'key', secret: 'secret' }
const NEVER = 3_600_000
const PACE = {
  quotes: NEVER,
  books: NEVER,
  volumes: NEVER,
  clock: NEVER,
  markets: NEVER,
}
const log = { info: () => undefined, warn: () => undefined }
const BTC = 'BTC/USDT'

const market = (symbol: string, baseAsset: string) => ({
  symbol,
  status: 'TRADING',
  baseAsset,
  quoteAsset: 'USDT',
  isSpotTradingAllowed: true,
  filters: [
    { filterType: 'PRICE_FILTER', tickSize: '0.01' },
    { filterType: 'LOT_SIZE', stepSize: '0.0001', minQty: '0.0001', maxQty: '90' },
    { filterType: 'NOTIONAL', minNotional: '5' },
  ],
})
const row = { symbol: 'BTCUSDT', bidPrice: '1', askPrice: '2', quoteVolume: '9' }
const ANSWERS: Readonly<Record<string, unknown>> = {
  'GET /api/v3/exchangeInfo': { symbols: [market('BTCUSDT', 'BTC'), market('ETHUSDT', 'ETH')] },
  'GET /api/v3/ticker/bookTicker': [row],
  'GET /api/v3/ticker/24hr': [row],
  'GET /api/v3/depth': { asks: [['2', '1']] },
  'GET /api/v3/account': { balances: [] },
  'GET /api/v3/openOrders': [],
  'GET /api/v3/allOrders': [],
  'GET /api/v3/myTrades': [],
  'GET /api/v3/klines': [],
}

/** A server that writes down what it gets: method, path, content type of a body, parameters without time and signature. */
async function listen() {
  const heard: string[] = []
  const server = createServer(async (request, response) => {
    const body = (await request.toArray()).join('')
    const { method, url = '', headers } = request
    const [path = '', query = ''] = url.split('?')
    const type = headers['content-type'] ?? '-'
    const timed = /timestamp=\d{13}&/
    const signed = /&signature=[0-9a-f]{64}$/
    const plain = (text: string) =>
      text.replace(timed, 'timestamp=&').replace(signed, '&signature=')
    const signedBy = headers['x-mbx-apikey'] ?? '-'
    heard.push([method, path, signedBy, type, plain(query), plain(body)].join(' '))
    if (path === '/api/v3/time') response.end(JSON.stringify({ serverTime: Date.now() }))
    else if (path === '/api/v3/order')
      response.writeHead(400).end('{"code":-2013,"msg":"Order does not exist."}')
    else response.end(JSON.stringify(ANSWERS[`${method} ${path}`] ?? {}))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { heard, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const id = (digit: string) => digit.repeat(32)

test('asks what it always asked', async () => {
  const { heard, address } = await listen()
  const exchange = new VenueAdapter(binance, {
    keys: KEYS,
    address,
    clock: systemClock,
    log,
    unitMs: 1,
    pace: PACE,
  })
  const during = async (what: () => Promise<unknown>) => {
    const before = heard.length
    await what()
    return heard.slice(before)
  }
  const asked = {
    start: (await during(() => exchange.start([BTC], ['ETH/USDT']))).sort(),
    quote: await during(() => exchange.refreshQuote(BTC)),
    balances: await during(() => exchange.refreshBalances()),
    candles: await during(() => exchange.candles(BTC, '15m', 48)),
    pastCandles: await during(() => exchange.candles(BTC, '15m', 60, 1_790_000_000_000)),
    buy: await during(() =>
      exchange.place({
        clientOrderId: id('a'),
        market: BTC,
        side: 'buy',
        type: 'limit',
        timeInForce: 'IOC',
        amount: '0.00100',
        price: '60100.10',
      }),
    ),
    rest: await during(() =>
      exchange.place({
        clientOrderId: id('b'),
        market: BTC,
        side: 'sell',
        type: 'limit',
        timeInForce: 'GTC',
        amount: '0.5',
        price: '70000',
      }),
    ),
    stop: await during(() =>
      exchange.place({
        clientOrderId: id('c'),
        market: BTC,
        side: 'sell',
        type: 'stop_limit',
        timeInForce: 'GTC',
        amount: '0.5',
        price: '49500',
        triggerPrice: '50000.0',
      }),
    ),
    find: await during(() => exchange.find(BTC, id('a'))),
    cancel: await during(() => exchange.cancel(BTC, id('a'), 'order')),
    fills: await during(() => exchange.fills(BTC, '7')),
    open: await during(() => exchange.openOrders(BTC)),
    openAll: await during(() => exchange.openOrders(null)),
    trades: await during(() => exchange.trades(BTC, 1)),
    rights: await during(() => exchange.keyRights()),
  }
  await exchange.stop()
  expect(asked).toEqual({
    start: [
      'GET /api/v3/account key - timestamp=&omitZeroBalances=true&recvWindow=5000&signature= ',
      'GET /api/v3/depth - - symbol=BTCUSDT&limit=100 ',
      'GET /api/v3/depth - - symbol=ETHUSDT&limit=100 ',
      'GET /api/v3/exchangeInfo - - symbols=%5B%22BTCUSDT%22%2C%22ETHUSDT%22%5D ',
      'GET /api/v3/ticker/24hr - - symbols=%5B%22BTCUSDT%22%2C%22ETHUSDT%22%5D ',
      'GET /api/v3/ticker/bookTicker - - symbols=%5B%22BTCUSDT%22%2C%22ETHUSDT%22%5D ',
      'GET /api/v3/time - -  ',
      'GET /api/v3/time - -  ',
      'GET /api/v3/time - -  ',
    ],
    quote: ['GET /api/v3/ticker/bookTicker - - symbols=%5B%22BTCUSDT%22%5D '],
    balances: [
      'GET /api/v3/account key - timestamp=&omitZeroBalances=true&recvWindow=5000&signature= ',
    ],
    candles: ['GET /api/v3/klines - - symbol=BTCUSDT&interval=15m&limit=48 '],
    pastCandles: [
      'GET /api/v3/klines - - symbol=BTCUSDT&interval=15m&limit=60&startTime=1790000000000 ',
    ],
    buy: [
      'POST /api/v3/order key application/x-www-form-urlencoded  timestamp=&symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=IOC&quantity=0.00100&price=60100.10&selfTradePreventionMode=EXPIRE_TAKER&newClientOrderId=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa&newOrderRespType=FULL&recvWindow=5000&signature=',
    ],
    rest: [
      'POST /api/v3/order key application/x-www-form-urlencoded  timestamp=&symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTC&quantity=0.5&price=70000&selfTradePreventionMode=EXPIRE_MAKER&newClientOrderId=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb&newOrderRespType=FULL&recvWindow=5000&signature=',
    ],
    stop: [
      'POST /api/v3/order key application/x-www-form-urlencoded  timestamp=&symbol=BTCUSDT&side=SELL&type=STOP_LOSS_LIMIT&timeInForce=GTC&stopPrice=50000.0&quantity=0.5&price=49500&selfTradePreventionMode=EXPIRE_MAKER&newClientOrderId=cccccccccccccccccccccccccccccccc&newOrderRespType=FULL&recvWindow=5000&signature=',
    ],
    find: [
      'GET /api/v3/order key - timestamp=&symbol=BTCUSDT&origClientOrderId=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa&recvWindow=5000&signature= ',
      'GET /api/v3/openOrders key - timestamp=&symbol=BTCUSDT&recvWindow=5000&signature= ',
      'GET /api/v3/allOrders key - timestamp=&symbol=BTCUSDT&limit=1000&recvWindow=5000&signature= ',
      'GET /api/v3/myTrades key - timestamp=&symbol=BTCUSDT&limit=1000&recvWindow=5000&signature= ',
    ],
    cancel: [
      'DELETE /api/v3/order key - timestamp=&symbol=BTCUSDT&origClientOrderId=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa&recvWindow=5000&signature= ',
      'GET /api/v3/order key - timestamp=&symbol=BTCUSDT&origClientOrderId=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa&recvWindow=5000&signature= ',
    ],
    fills: [
      'GET /api/v3/myTrades key - timestamp=&symbol=BTCUSDT&orderId=7&fromId=0&limit=1000&recvWindow=5000&signature= ',
    ],
    open: ['GET /api/v3/openOrders key - timestamp=&symbol=BTCUSDT&recvWindow=5000&signature= '],
    openAll: ['GET /api/v3/openOrders key - timestamp=&recvWindow=5000&signature= '],
    trades: [
      'GET /api/v3/myTrades key - timestamp=&symbol=BTCUSDT&limit=1000&recvWindow=5000&signature= ',
    ],
    rights: ['GET /sapi/v1/account/apiRestrictions key - timestamp=&recvWindow=5000&signature= '],
  })
})
