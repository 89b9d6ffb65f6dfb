// Numbers of orders and trades that no double holds, the whole way: each keeps its 19 digits, and nothing else changes.
import { systemClock } from '@keyside/runtime'
import { CALM, Market, type SandboxExchange, startExchange } from '@keyside/sandbox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { VenueAdapter } from '../adapter/venue-adapter.ts'
import type { Exchange } from '../port.ts'
import { order } from '../testing/steps.ts'
import { binance } from './dialect.ts'

const KEYS = { apiKey: 'key', secret: 'secret' }
const BTC = 'BTC/USDT'
const LONG = /^83897656084434\d{5}$/
const log = { info: () => undefined, warn: () => undefined }

let sandbox: SandboxExchange
let exchange: Exchange

beforeAll(async () => {
  sandbox = await startExchange({
    market: new Market({ seed: 1, wave: CALM }),
    accounts: [
      {
        name: 'main',
        apiKey: KEYS.apiKey,
        credential: { secret: KEYS.secret },
        balances: { BTC: '10', USDT: '100000' },
      },
    ],
    first: { order: 8_389_765_608_443_411_001n, trade: 8_389_765_608_443_451_001n },
  })
  const { address } = sandbox
  exchange = new VenueAdapter(binance, { keys: KEYS, address, clock: systemClock, log, unitMs: 1 })
  await exchange.start([BTC])
})
afterAll(async () => {
  await exchange.stop()
  await sandbox.stop()
})

test('one order keeps its number, and its trades theirs, in every answer', async () => {
  const sent = order()
  const placed = await exchange.place(sent)
  if (placed.outcome !== 'accepted') throw new Error(placed.message)
  const { exchangeId, fills } = placed.order
  expect(exchangeId).toBe(sandbox.acceptLog().at(-1)?.orderId)
  expect(exchangeId).toMatch(LONG)
  expect(fills[0]?.id).toMatch(LONG)
  expect(Math.abs((fills[0]?.at ?? 0) - Date.now())).toBeLessThan(60_000)
  expect(await exchange.find(BTC, sent.clientOrderId)).toMatchObject({
    outcome: 'found',
    order: { exchangeId, status: 'filled' },
  })
  expect(await exchange.fills(BTC, exchangeId)).toEqual({ ok: true, value: fills })
  const trades = await exchange.trades(BTC, Date.now() - 60_000)
  const own = trades.ok ? trades.value.filter((trade) => trade.exchangeId === exchangeId) : []
  expect(own.map(({ id }) => id)).toEqual(fills.map(({ id }) => id))
})

test('an order that waits is listed by its number, and canceled', async () => {
  const waiting = order({ type: 'limit', timeInForce: 'GTC', price: '50000' })
  const placed = await exchange.place(waiting)
  const exchangeId = placed.outcome === 'accepted' ? placed.order.exchangeId : ''
  const open = await exchange.openOrders(BTC)
  expect(open.ok && open.value.map((one) => one.exchangeId)).toContain(exchangeId)
  expect(await exchange.cancel(BTC, waiting.clientOrderId, 'order')).toEqual({
    ok: true,
    value: 'canceled',
  })
  expect(exchangeId).toMatch(LONG)
})
