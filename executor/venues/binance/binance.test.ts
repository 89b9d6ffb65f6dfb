// The adapter and an unmodified ccxt against the sandbox exchange, over a wire that is listened to.
import { generateKeyPairSync } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { systemClock } from '@keyside/runtime'
import { expect, test, vi } from 'vitest'
import { VenueAdapter } from '../adapter/venue-adapter.ts'
import type { Exchange } from '../port.ts'
import { BALANCES, openSandbox, sandboxContract } from '../testing/sandbox-venue.ts'
import { newId, order } from '../testing/steps.ts'
import { binance } from './dialect.ts'

const KEYS = { apiKey: 'CanaryApiKey'.repeat(5), secret: 'CanarySecret'.repeat(5) }
const BTC = 'BTC/USDT'
const pair = generateKeyPairSync('ed25519')
const publicKey = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString()
const logged: unknown[] = []
const log = {
  info: (...parts: unknown[]) => logged.push(parts),
  warn: (...parts: unknown[]) => logged.push(parts),
}

const { sandbox, tap, exchange, venue, open } = await openSandbox({
  dialect: binance,
  keys: KEYS,
  log,
  accounts: [{ name: 'ed25519', apiKey: 'edKey', credential: { publicKey }, balances: BALANCES }],
  sandbox: { limits: { orders: 100_000, weight: 1_000_000 } },
})

test.for(sandboxContract(5))('$name', ({ run }) => run(venue))

test('sends amounts, prices and names as they were given, to the character', async () => {
  const cases = [
    [
      order({ amount: '0.00100', price: '60100.10' }),
      'symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=IOC&quantity=0.00100&price=60100.10',
    ],
    [
      order({ type: 'limit', timeInForce: 'GTC', price: '50000.00' }),
      'symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.001&price=50000.00',
    ],
    [
      order({
        type: 'stop_limit',
        timeInForce: 'GTC',
        side: 'sell',
        triggerPrice: '50000.0',
        price: '49500',
      }),
      'symbol=BTCUSDT&side=SELL&type=STOP_LOSS_LIMIT&timeInForce=GTC&stopPrice=50000.0&quantity=0.001&price=49500',
    ],
  ] as const
  for (const [sent, words] of cases) {
    expect(await exchange.place(sent)).toMatchObject({ outcome: 'accepted' })
    const posts = tap.heard.filter(({ method }) => method === 'POST')
    const raw = posts.at(-1)?.raw.replace(/^timestamp=\d+&/, '')
    const mode = sent.side === 'buy' ? 'EXPIRE_TAKER' : 'EXPIRE_MAKER'
    const tail = `&selfTradePreventionMode=${mode}&newClientOrderId=${sent.clientOrderId}&newOrderRespType=FULL&recvWindow=5000&signature=`
    expect(raw?.replace(/[0-9a-f]+$/, '')).toBe(words + tail)
  }
})

test.each([
  ['a negative amount', { amount: '-1' }],
  ['an amount of zero', { amount: '0.0' }],
  ['an exponent', { amount: '1e2' }],
  ['a hexadecimal price', { price: '0x10' }],
  ['a foreign side', { side: 'hold' as never }],
  ['a foreign type', { type: 'market' as never }],
  ['a foreign client id', { clientOrderId: 'x-1' }],
  ['a trigger price that does not belong', { triggerPrice: '50000' }],
  ['a stop without its trigger', { type: 'stop_limit', timeInForce: 'GTC' } as const],
  ['a stop that does not wait', { type: 'stop_limit', triggerPrice: '50000' } as const],
  ['a parameter from outside', { symbol: 'DOGEUSDT' } as object],
])('turns down an order with %s and sends nothing', async (_, change) => {
  const before = tap.heard.length
  const placed = await exchange.place(order(change))
  expect(placed).toMatchObject({ outcome: 'rejected', code: 'order_malformed' })
  expect(tap.heard.slice(before).filter(({ method }) => method === 'POST')).toEqual([])
})

test.each(['BTCUSDT', 'ETH/USDT', 'btc/usdt', 'BTC/USDT:USDT'])(
  'does not trade %s unless it was loaded',
  async (market) => {
    const placed = await exchange.place(order({ market }))
    expect(placed).toMatchObject({ outcome: 'rejected', code: 'exchange_market_unknown' })
    expect(exchange.rules(market)).toBeNull()
  },
)

test.each(['BTCUSDT', 'btc/usdt', 'NOPE/USDT', 'BTC/USDT:USDT'])(
  'starts without %s, and with the others',
  async (market) => {
    for (const markets of [[BTC, market], [market, 'ETH/USDT', BTC], [market]]) {
      const other = open()
      await other.start(markets)
      expect(markets.filter((one) => other.rules(one) === null)).toEqual([market])
      expect(other.quote(BTC) !== null).toBe(markets.includes(BTC))
      expect(await other.place(order({ market }))).toMatchObject({
        code: 'exchange_market_unknown',
      })
      await other.stop()
    }
  },
)

test('also starts without one that is only followed to its end', async () => {
  const other = open()
  await other.start([BTC], [BTC, 'GONE/USDT', 'ETH/USDT'])
  expect(other.rules(BTC)).toMatchObject({ tick: '0.01', status: 'trading' })
  expect(other.rules('ETH/USDT')).not.toBeNull()
  expect(other.rules('GONE/USDT')).toBeNull()
  await other.stop()
})

test.each([
  ['symbol', 'ETHUSDT'],
  ['side', 'SELL'],
  ['type', 'MARKET'],
  ['origQty', '0.00200000'],
  ['price', '60100.01000000'],
  ['clientOrderId', 'f'.repeat(32)],
  ['status', 'WONDERFUL'],
  ['executedQty', null],
])('says unknown when the %s in the answer is not ours', async (field, value) => {
  const sent = order()
  const answer = {
    symbol: 'BTCUSDT',
    orderId: 7,
    clientOrderId: sent.clientOrderId,
    transactTime: 1,
    price: '60100.00000000',
    origQty: '0.00100000',
    executedQty: '0.00000000',
    status: 'EXPIRED',
    timeInForce: 'IOC',
    type: 'LIMIT',
    side: 'BUY',
    fills: [],
  }
  const reply = async (body: object) => {
    answerOrders(200, JSON.stringify(body))
    return (await exchange.place(sent)).outcome
  }
  expect(await reply(answer)).toBe('accepted')
  expect(await reply({ ...answer, [field]: value })).toBe('unknown')
})

test.each([
  [400, -1013, 'Filter failure: NOTIONAL', 'rejected'],
  [401, -2015, 'Invalid API-key, IP, or permissions for action.', 'rejected'],
  [400, -2010, 'Market is closed.', 'rejected'],
  [400, -2010, 'Duplicate order sent.', 'unknown'],
  [400, -1013, 'Duplicate order sent.', 'unknown'],
  [400, -1010, 'Something new.', 'unknown'],
  [400, -2021, 'Market is closed.', 'unknown'],
  [400, -2010, 'Something new.', 'unknown'],
  [400, -1021, 'Timestamp for this request is outside of the recvWindow.', 'unknown'],
  [400, -1006, 'An unexpected response was received.', 'unknown'],
  [429, -1015, 'Too many new orders; current limit is 10 orders per 10 SECOND.', 'rejected'],
  [400, -1003, 'Too many requests queued.', 'rejected'],
  [403, -9999, 'Nobody knows.', 'unknown'],
  [200, -2010, 'Market is closed.', 'unknown'],
  [503, -2010, 'Market is closed.', 'unknown'],
])('takes HTTP %i with %i "%s" for %s', async (status, code, msg, outcome) => {
  answerOrders(status, JSON.stringify({ code, msg }))
  expect(await exchange.place(order())).toMatchObject({ outcome })
  while (exchange.backoff() !== null) await sleep(20)
})

test('says of a purchase without funds where they have to lie, and of a sale what the exchange says', async () => {
  const msg = 'Account has insufficient balance for requested action.'
  answerOrders(400, JSON.stringify({ code: -2010, msg }))
  const code = 'exchange_funds_insufficient'
  const said = `the exchange says: ${msg} (-2010)`
  const [bought, sold] = [
    await exchange.place(order({ side: 'buy' })),
    await exchange.place(order({ side: 'sell' })),
  ]
  expect(bought).toMatchObject({ code, message: expect.stringMatching(/\(-2010\): .*Funding/) })
  expect(sold).toMatchObject({ code, message: said })
})

const ENGINE_AND_API = [-1010, -1013, -2010]

test.each([
  ...ENGINE_AND_API.flatMap((code) => [
    [code, 'Market is closed.', 'exchange_market_closed'] as const,
    [code, 'market is closed', 'exchange_market_closed'] as const,
    [code, 'This account may not place or cancel orders.', 'exchange_account_refused'] as const,
    [code, 'Price * QTY is zero or less.', 'exchange_filter_refused'] as const,
  ]),
  [-1013, 'Filter failure: NOTIONAL', 'exchange_filter_refused'] as const,
  [-1013, 'Something new.', 'exchange_filter_refused'] as const,
])('takes %i "%s" for %s, whichever code the words come with', async (code, msg, told) => {
  answerOrders(400, JSON.stringify({ code, msg }))
  expect(await exchange.place(order())).toMatchObject({ outcome: 'rejected', code: told })
})

test.each([
  'This action is disabled on this account.',
  'This symbol is not permitted for this account.',
  'This symbol is restricted for this account.',
  'Rest API trading is not enabled.',
])('takes "%s" for an account that may not trade', async (msg) => {
  answerOrders(400, JSON.stringify({ code: -2010, msg }))
  expect(await exchange.place(order())).toMatchObject({
    outcome: 'rejected',
    code: 'exchange_account_refused',
    message: expect.stringContaining(msg),
  })
})

test.each([
  [429, 'too_many', '7', 7_000],
  [418, 'banned', '120', 120_000],
] as const)(
  'a page with %i proves nothing, and leaves both lines alone',
  async (status, why, retry, ms) => {
    const other = open()
    await other.start([BTC])
    tap.intrude(({ path }, response) => {
      if (path !== '/api/v3/account') return 'pass'
      response.writeHead(status, { 'retry-after': retry }).end('<html>')
      return 'answered'
    })
    expect(await other.refreshBalances()).toMatchObject({ ok: false })
    const { until = 0, ...pause } = other.backoff() ?? {}
    expect(pause).toEqual({ why })
    expect(Math.abs(until - Date.now() - ms)).toBeLessThan(1_000)
    const before = tap.heard.length
    const asked = [
      other.refreshQuote(BTC),
      other.cancel(BTC, newId(), 'order'),
      other.openOrders(BTC),
    ]
    for (const answer of await Promise.all(asked)) expect(answer.ok).toBe(false)
    expect(await other.place(order())).toMatchObject({ code: 'exchange_rate_limited' })
    expect(await other.find(BTC, newId())).toMatchObject({ outcome: 'unknown' })
    expect(tap.heard.slice(before)).toEqual([])
    await other.stop()
  },
)

test('proves the side of a stop itself where the venue would take it for the other direction', async () => {
  const keys = KEYS
  const { address } = tap
  const taking = { ...binance, wrongSidedStop: 'taken' } as const
  const pace = { books: 60_000 }
  const other = new VenueAdapter(taking, {
    keys,
    address,
    clock: systemClock,
    log,
    unitMs: 1,
    pace,
  })
  await other.start([BTC])
  const before = tap.heard.length
  const passed = order({
    type: 'stop_limit',
    timeInForce: 'GTC',
    side: 'sell',
    triggerPrice: '70000',
    price: '69000',
  })
  expect(await other.place(passed)).toMatchObject({ code: 'exchange_stop_would_trigger' })
  const asked = new Set(tap.heard.slice(before).map(({ method, path }) => `${method} ${path}`))
  expect(asked).toEqual(new Set(['GET /api/v3/ticker/bookTicker']))
  const waiting = order({
    type: 'stop_limit',
    timeInForce: 'GTC',
    side: 'sell',
    triggerPrice: '50000',
    price: '49500',
  })
  expect(await other.place(waiting)).toMatchObject({ outcome: 'accepted' })
  await other.cancel(BTC, waiting.clientOrderId, 'stop')
  await other.stop()
})

test('says unknown in time when the answer stops in the middle', async () => {
  tap.intrude(({ method }, response) => {
    if (method !== 'POST') return 'pass'
    response.writeHead(200, { 'content-type': 'application/json' })
    response.write('{"symbol":')
    return 'answered'
  })
  expect(await exchange.place(order())).toMatchObject({ outcome: 'unknown' })
})

test.each(['/api/v3/order', '/api/v3/openOrders', '/api/v3/allOrders', '/api/v3/myTrades'])(
  'does not call an order missing when %s does not answer',
  async (path) => {
    const id = newId()
    expect(await exchange.find(BTC, id)).toEqual({ outcome: 'missing' })
    tap.intrude((heard, response) => {
      if (heard.path !== path) return 'pass'
      response.writeHead(200).end('')
      return 'answered'
    })
    expect(await exchange.find(BTC, id)).toMatchObject({ outcome: 'unknown' })
  },
)

test('does not call an order missing when trades show an order that no list has', async () => {
  tap.intrude((heard, response) => {
    if (heard.path !== '/api/v3/allOrders') return 'pass'
    response.writeHead(200).end('[]')
    return 'answered'
  })
  await exchange.place(order())
  expect(await exchange.find(BTC, newId())).toMatchObject({ outcome: 'unknown' })
})

test('tells how many of the open orders of the account nobody can read', async () => {
  tap.intrude((_, response) => {
    response.writeHead(200).end('[{"symbol":"ETHUSDT","status":"A_NEW_WORD"}]')
    return 'answered'
  })
  expect(await exchange.openOrders(null)).toEqual({ ok: true, value: [], unread: 1 })
})

test('finds an order that only a list shows', async () => {
  const sent = order()
  await exchange.place(sent)
  tap.intrude((heard, response) => {
    if (heard.path !== '/api/v3/order') return 'pass'
    response.writeHead(400).end('{"code":-2013,"msg":"Order does not exist."}')
    return 'answered'
  })
  expect(await exchange.find(BTC, sent.clientOrderId)).toMatchObject({ outcome: 'found' })
})

test('says rejected when the request cannot even be signed', async () => {
  const secret = '-----BEGIN PRIVATE KEY-----\nbroken\n-----END PRIVATE KEY-----'
  const other = open({ apiKey: 'edKey', secret })
  await expect(other.start([BTC])).rejects.toMatchObject({ code: 'exchange_key_refused' })
  const before = tap.heard.length
  expect(await other.place(order())).toMatchObject({ code: 'order_not_sent' })
  expect(tap.heard.slice(before).filter(({ method }) => method === 'POST')).toEqual([])
  await other.stop()
})

test('signs with an Ed25519 key whose PEM came with foreign line ends', async () => {
  const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const other = open({ apiKey: 'edKey', secret: `\r\n${pem.replaceAll('\n', '\r\n')}\r\n` })
  await other.start([BTC])
  expect(await other.place(order())).toMatchObject({ outcome: 'accepted' })
  await other.stop()
})

test('refuses a key the exchange does not know, and a malformed one', async () => {
  const other = open({ ...KEYS, apiKey: 'unknownKey' })
  await expect(other.start([BTC])).rejects.toMatchObject({ code: 'exchange_key_refused' })
  expect(await other.keyRights()).toMatchObject({ ok: false, code: 'exchange_key_refused' })
  await other.stop()
  expect(() => open({ ...KEYS, apiKey: ' ' })).toThrow(/keys add/)
})

test('takes a web page for an exchange that is down, not for one without markets', async () => {
  const other = open()
  sandbox.faults.arm({ name: 'html-200', match: 'GET /api/v3/exchangeInfo', count: 10 })
  await expect(other.start([BTC])).rejects.toMatchObject({ code: 'exchange_unreachable' })
  sandbox.faults.disarm()
  await other.stop()
})

test('rejects when nobody is there', async () => {
  const other = open(KEYS, 'http://127.0.0.1:9')
  await expect(other.start([BTC])).rejects.toMatchObject({ code: 'exchange_unreachable' })
  expect(other.reachable()).toBe(false)
  await other.stop()
})

test('shows no secret by any print, log or message', async () => {
  sandbox.faults.arm({ name: 'reset-after-accept' })
  const messages = [await exchange.place(order()), await exchange.find(BTC, newId())]
  const other = open({ ...KEYS, apiKey: `${KEYS.apiKey}x` })
  const refused = await other.start([BTC]).catch((error: unknown) => error)
  const shown = [exchange, other, messages, refused, logged]
    .map((thing) => inspect(thing, { depth: 12, showHidden: true }) + JSON.stringify(thing))
    .join()
  expect(shown).not.toMatch(/Canary|signature=/)
  await other.stop()
})

test('dates a quote by the question, and keeps the old one while nobody answers', async () => {
  let asked = 0
  tap.intrude((heard, response) => {
    if (heard.path !== '/api/v3/ticker/bookTicker') return 'pass'
    asked = Date.now()
    const body = [{ symbol: 'BTCUSDT', bidPrice: '1.50000000', askPrice: '2.00000000' }]
    setTimeout(() => response.end(JSON.stringify(body)), 100)
    return 'answered'
  })
  const slow = await exchange.refreshQuote(BTC)
  expect(slow).toMatchObject({ ok: true, value: { bid: '1.5', ask: '2' } })
  expect(slow.ok && slow.value.at - asked).toBeLessThan(80)
  tap.intrude((heard, response) => {
    if (heard.path !== '/api/v3/ticker/bookTicker') return 'pass'
    response.end('[{"symbol":"BTCUSDT","bidPrice":"0.00000000","askPrice":"2.00000000"}]')
    return 'answered'
  })
  expect(await exchange.refreshQuote(BTC)).toMatchObject({ ok: false })
  expect(exchange.quote(BTC)).toMatchObject({ bid: '1.5' })
})

test('an order does not wait behind searches for others', async () => {
  const other = new VenueAdapter(binance, {
    keys: KEYS,
    address: tap.address,
    clock: systemClock,
    log,
    unitMs: 50,
  })
  await other.start([BTC])
  const last = Promise.withResolvers<void>()
  tap.intrude(({ path }) => {
    if (path === '/api/v3/myTrades') last.resolve()
    return 'pass'
  })
  const searches = Promise.all(Array.from({ length: 4 }, () => other.find(BTC, newId())))
  await last.promise
  const placed = other.place(order()).then(() => 'order')
  expect(await Promise.race([searches.then(() => 'searches'), placed])).toBe('order')
  await searches
  await other.stop()
})

test('goes slowly once most of the minute is used, and an order does not', async () => {
  const other = new VenueAdapter(binance, {
    keys: KEYS,
    address: tap.address,
    clock: systemClock,
    log,
    unitMs: 10,
  })
  await other.start([BTC])
  tap.intrude(({ path }, response) => {
    if (path !== '/api/v3/account') return 'pass'
    response.writeHead(200, { 'x-mbx-used-weight-1m': '5000' }).end('{"balances":[]}')
    return 'answered'
  })
  await other.refreshBalances()
  const begun = performance.now()
  const took = () => performance.now() - begun
  const questions = Promise.all(Array.from({ length: 6 }, () => other.refreshBalances())).then(took)
  const placed = other.place(order()).then(took)
  expect(await placed).toBeLessThan((await questions) / 2)
  await other.stop()
})

test('keeps quotes and liquidity fresh by itself until it is stopped', async () => {
  const pace = { quotes: 20, books: 20, volumes: 20, clock: 20 }
  const keys = KEYS
  const { address } = tap
  const other = new VenueAdapter(binance, {
    keys,
    address,
    clock: systemClock,
    log,
    unitMs: 1,
    pace,
  })
  await other.start([BTC])
  const first = ageOf(other)
  await vi.waitFor(() => {
    const now = ageOf(other)
    for (const part of ['quote', 'volume', 'asks'] as const)
      expect(now[part]).toBeGreaterThan(first[part])
  })
  await other.stop()
})

function ageOf(one: Exchange) {
  const { volumeAt: volume = 0, asksAt: asks = 0 } = one.liquidity(BTC) ?? {}
  return { quote: one.quote(BTC)?.at ?? 0, volume, asks }
}

test('dates a book by the question, and keeps the old one when the answer makes no sense', async () => {
  const other = open()
  const begun = Date.now()
  await other.start([BTC])
  const seen = other.liquidity(BTC)
  expect(seen?.asksAt).toBeGreaterThanOrEqual(begun)
  expect(Number(seen?.volume)).toBeGreaterThan(50_000_000)
  await other.stop()
  tap.intrude(({ path }, response) => {
    if (!['/api/v3/depth', '/api/v3/ticker/24hr'].includes(path)) return 'pass'
    response.end('[{"symbol":"BTCUSDT","quoteVolume":"-1"}]')
    return 'answered'
  })
  const blind = open()
  await blind.start([BTC])
  expect(blind.liquidity(BTC)).toBeNull()
  await blind.stop()
})

test.each([-30_000, 30_000])(
  'measures the clock of the exchange, and trades by it, when it is %i ms from its own',
  async (ms) => {
    sandbox.faults.arm({ name: 'clock-skew', ms })
    const other = open()
    await other.start([BTC])
    expect(Math.abs((other.skewMs() ?? 0) - ms)).toBeLessThan(300)
    expect(await other.place(order())).toMatchObject({ outcome: 'accepted' })
    await other.stop()
  },
)

test('measures the clock again when a request is refused for its time', async () => {
  const other = open()
  await other.start([BTC])
  for (const ms of [30_000, -30_000]) {
    sandbox.faults.disarm()
    sandbox.faults.arm({ name: 'clock-skew', ms })
    expect(await other.place(order())).toMatchObject({ outcome: 'unknown' })
    await vi.waitFor(() => expect(Math.abs((other.skewMs() ?? 0) - ms)).toBeLessThan(300))
    expect(await other.place(order())).toMatchObject({ outcome: 'accepted' })
  }
  await other.stop()
})

/** As the venue lists an order's trades: from `fromId` on the oldest, without it the newest, 1 000 at most. */
function listTrades(count: number, since = (asked: string | null) => asked): void {
  const all = Array.from({ length: count }, (_, index) => ({
    symbol: 'BTCUSDT',
    id: 28_457 + 3 * index,
    orderId: 7,
    price: '60000',
    qty: '0.001',
    commission: '0',
    commissionAsset: 'BTC',
    time: 1,
    isBuyer: true,
  }))
  tap.intrude(({ path, query }, response) => {
    if (path !== '/api/v3/myTrades' || query.get('orderId') !== '7') return 'pass'
    const from = since(query.get('fromId'))
    const later = all.filter(({ id }) => id >= Number(from))
    const page = from === null ? all.slice(-1000) : later.slice(0, 1000)
    response.end(JSON.stringify(page))
    return 'answered'
  })
}

test.each([0, 999, 1_000, 2_345])('lists all %i fills of an order', async (count) => {
  listTrades(count)
  const fills = await exchange.fills(BTC, '7')
  const ids = fills.ok ? fills.value.map(({ id }) => id) : fills.message
  expect(new Set(ids).size).toBe(count)
  expect(ids).toHaveLength(count)
})

test.each([null, '0'])(
  'does not ask for ever for fills when every page is the first',
  async (from) => {
    listTrades(1_000, () => from)
    expect(await exchange.fills(BTC, '7')).toMatchObject({ ok: false })
  },
)

function answerOrders(status: number, body: string): void {
  tap.intrude(({ method }, response) => {
    if (method !== 'POST') return 'pass'
    response.writeHead(status, { 'content-type': 'application/json' }).end(body)
    return 'answered'
  })
}

test('a market that is not traded here can be looked up and watched, and all that are listed are named', async () => {
  expect(await exchange.lookUp('ETH/USDT')).toMatchObject({ found: 'yes' })
  expect(await exchange.lookUp('NONE/USDT')).toEqual({ found: 'no', near: [] })
  const symbols = await exchange.symbols()
  expect(symbols.ok && symbols.value).toEqual(
    sandbox.market.instruments.map(({ symbol }) => symbol),
  )
  exchange.watch(['ETH/USDT'])
  await vi.waitFor(() => expect(exchange.quote('ETH/USDT')).not.toBeNull(), { timeout: 5_000 })
  expect((await exchange.candles('ETH/USDT', '1m', 3)).ok).toBe(true)
  expect(exchange.rules('ETH/USDT')).toBeNull()
  exchange.watch([])
})
