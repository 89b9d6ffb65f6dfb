// Each named fault: what the client gets, and what the exchange holds afterwards.
import ccxt from 'ccxt'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { FAULT_NAMES, type FaultName } from './faults.ts'
import { HMAC, openExchange, pointAt, type TestExchange, until } from './testing/open-exchange.ts'

const BTC = 'BTC/USDT'
interface Report {
  readonly e: string
  readonly c: string
  readonly x: string
  readonly z: string
  readonly t: number
}

let venue: TestExchange
let client: InstanceType<typeof ccxt.pro.binance>
let names = 0
const seen: Report[] = []
const tested = new Set<FaultName>()

beforeAll(async () => {
  venue = await openExchange()
  client = pointAt(
    new ccxt.pro.binance({ ...HMAC, enableRateLimit: false, timeout: 600 }),
    venue.exchange,
  )
  const { handleMessage } = client
  client.handleMessage = function (socket, message) {
    const { event } = message as { event?: Report }
    if (event?.e === 'executionReport') seen.push(event)
    return handleMessage.call(this, socket, message)
  }
  await client.loadHttpProxyAgent()
  await client.loadMarkets()
})
afterAll(async () => {
  await client.close()
  await venue.exchange.stop()
})
beforeEach(() => venue.exchange.faults.disarm())
afterEach(() => expect(venue.exchange.faults.armed, 'every fault was used up').toEqual([]))

function arm(name: FaultName, ms?: number): void {
  tested.add(name)
  venue.exchange.faults.arm({ name, ms })
}

async function place(amount = 0.001) {
  const clientOrderId = `order-${++names}`
  const params = { clientOrderId, timeInForce: 'IOC' }
  const result = await client
    .createOrder(BTC, 'limit', 'buy', amount, 61_000, params)
    .catch((error: unknown) => error)
  const accepted = () =>
    venue.exchange.acceptLog().filter((order) => order.clientOrderId === clientOrderId)
  return { clientOrderId, result, accepted }
}

test.each([
  ['reset-before', 0, ccxt.NetworkError],
  ['reset-after-accept', 1, ccxt.NetworkError],
  ['accept-then-hang', 1, ccxt.RequestTimeout],
  ['500-after-accept', 1, ccxt.ExchangeNotAvailable],
  ['503-after-accept', 1, ccxt.OperationFailed],
  ['504', 1, ccxt.NetworkError],
  ['timeout-1007-accepted', 1, ccxt.RequestTimeout],
  ['timeout-1007-not-accepted', 0, ccxt.RequestTimeout],
  ['html-502', 0, ccxt.NetworkError],
  ['429', 0, ccxt.DDoSProtection],
] as const)('%s: an error for the client, and %i orders', async (name, count, kind) => {
  arm(name)
  const { result, accepted } = await place()
  expect(result).toBeInstanceOf(kind)
  expect(accepted()).toHaveLength(count)
})

test.each(['empty-200', 'html-200', 'json-empty-200'] as const)(
  '%s: no error, an order that says nothing, and one order',
  async (name) => {
    arm(name)
    const { result, accepted, clientOrderId } = await place()
    expect((result as { id?: string }).id).toBeUndefined()
    expect(accepted()).toHaveLength(1)
    const found = await client.fetchOrder('', BTC, { clientOrderId })
    expect(found.status).toBe('closed')
  },
)

test("wrong-order-200: somebody else's order, and one order", async () => {
  arm('wrong-order-200')
  const { result, accepted } = await place()
  expect(result).toMatchObject({ id: '1', clientOrderId: 'somebody-elses-order' })
  expect(accepted()).toHaveLength(1)
})

test('slow-accept: the client gives up, and the order comes after', async () => {
  arm('slow-accept', 900)
  const { result, accepted } = await place()
  expect(result).toBeInstanceOf(ccxt.RequestTimeout)
  expect(accepted()).toHaveLength(0)
  await until(() => accepted().length === 1)
})

test('slow-accept: a request that outlives its window is refused after the wait', async () => {
  arm('slow-accept', 8_000)
  const placed = client.createOrder(BTC, 'limit', 'buy', 0.001, 61_000, { recvWindow: 5_000 })
  const before = venue.exchange.acceptLog().length
  const refused = expect(placed).rejects.toThrow(ccxt.InvalidNonce)
  await until(() => venue.exchange.faults.armed.length === 0)
  venue.clock.advance(8_000)
  await refused
  venue.clock.advance(-8_000)
  expect(venue.exchange.acceptLog()).toHaveLength(before)
})

test('hidden: nobody finds the order until the time is over', async () => {
  arm('hidden', 5_000)
  arm('accept-then-hang')
  const { clientOrderId, accepted } = await place()
  expect(accepted()).toHaveLength(1)
  const ask = () => client.fetchOrder('', BTC, { clientOrderId })
  await expect(ask()).rejects.toThrow(ccxt.OrderNotFound)
  expect((await client.fetchMyTrades(BTC)).map(({ order }) => order)).not.toContain(
    String(accepted()[0]?.orderId),
  )
  venue.clock.advance(4_500)
  expect(await ask()).toMatchObject({ status: 'closed' })
  venue.clock.advance(-4_500)
})

test('clock-skew: the exchange is off until it is disarmed', async () => {
  venue.exchange.faults.arm({ name: 'clock-skew', ms: 15_000 })
  tested.add('clock-skew')
  expect(Number(await client.fetchTime()) - Date.now()).toBeGreaterThan(14_000)
  const { result } = await place()
  expect(result).toBeInstanceOf(ccxt.InvalidNonce)
  venue.exchange.faults.disarm()
  expect(Number(await client.fetchTime()) - Date.now()).toBeLessThan(1_000)
})

test('partial-then-cancel: half is filled and the rest is gone', async () => {
  arm('partial-then-cancel')
  const { result } = await place(0.002)
  expect(result).toMatchObject({ status: 'canceled', filled: 0.001 })
})

/** Places an order of several fills and returns what the user stream says about it, as it comes. */
async function told(name: FaultName): Promise<() => Report[]> {
  await client.authenticate()
  venue.exchange.book.setDepth(BTC, { quantity: '0.1' })
  arm(name)
  const { clientOrderId } = await place(0.4)
  return () => seen.filter((report) => report.c === clientOrderId)
}

test('duplicate-fill: every fill is told twice', async () => {
  const reports = await told('duplicate-fill')
  await until(() => reports().filter((report) => Number(report.z) === 0.4).length === 2)
  const fills = reports().filter((report) => report.x === 'TRADE')
  const numbers = fills.map((fill) => fill.t)
  expect(new Set(numbers).size).toBeGreaterThan(1)
  expect(numbers).toEqual([...new Set(numbers)].flatMap((number) => [number, number]))
})

test('out-of-order-fills: the last event comes first', async () => {
  const reports = await told('out-of-order-fills')
  await until(() => reports().some((report) => report.x === 'NEW'))
  const filled = reports().map((report) => Number(report.z))
  expect(filled.length).toBeGreaterThan(3)
  expect(filled[0]).toBe(0.4)
  expect(filled).toEqual(filled.toSorted((a, b) => b - a))
})

test('refuse-connect: nobody answers for a while', async () => {
  arm('refuse-connect', 300)
  const { result } = await place()
  expect(result).toBeInstanceOf(ccxt.NetworkError)
  let back = false
  while (!back)
    back = await client.fetchTime().then(
      () => true,
      () => false,
    )
  expect((await place()).accepted()).toHaveLength(1)
})

test('strikes as often as it was armed for, and where', async () => {
  venue.exchange.faults.arm({ name: 'html-502', count: 2, match: 'GET /api/v3/time' })
  expect((await place()).accepted()).toHaveLength(1)
  await expect(client.fetchTime()).rejects.toThrow(ccxt.NetworkError)
  await expect(client.fetchTime()).rejects.toThrow(ccxt.NetworkError)
  expect(await client.fetchTime()).toBeGreaterThan(0)
})

afterAll(() => expect([...tested].sort(), 'each fault has a test').toEqual([...FAULT_NAMES].sort()))
