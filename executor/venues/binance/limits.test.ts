// The adapter against the limits of the sandbox exchange: it stops when it is told to, and no ban follows.
import { systemClock } from '@keyside/runtime'
import { CALM, Market, startExchange } from '@keyside/sandbox'
import { expect, onTestFinished, test } from 'vitest'
import { VenueAdapter } from '../adapter/venue-adapter.ts'
import { newId, order } from '../testing/steps.ts'
import { binance } from './dialect.ts'

const BTC = 'BTC/USDT'
const PACE = { quotes: 60_000, books: 60_000, volumes: 60_000, clock: 60_000 }
const log = { info: () => undefined, warn: () => undefined }

async function startBoth(
  limits: { weight?: number; orders?: number; refusals?: number },
  clock = systemClock,
) {
  const keys = { apiKey: 'key', secret: 'secret' }
  const sandbox = await startExchange({
    market: new Market({ seed: 1, wave: CALM }),
    accounts: [
      {
        name: 'main',
        apiKey: keys.apiKey,
        credential: { secret: keys.secret },
        balances: { USDT: '100000' },
      },
    ],
    limits,
    clock,
  })
  const { address } = sandbox
  const exchange = new VenueAdapter(binance, {
    keys,
    address,
    clock,
    log,
    unitMs: 1,
    pace: PACE,
  })
  onTestFinished(async () => {
    await exchange.stop()
    await sandbox.stop()
  })
  await exchange.start([BTC])
  return { sandbox, exchange }
}

test('many questions end in a pause and not in a ban, and an order of that time was not placed', async () => {
  const { sandbox, exchange } = await startBoth({ weight: 400, refusals: 3 })
  for (let i = 0; i < 60; i += 1) await exchange.refreshBalances()
  expect(exchange.backoff()?.why).toBe('too_many')
  expect(await exchange.place(order())).toMatchObject({
    outcome: 'rejected',
    code: 'exchange_rate_limited',
  })
  expect(sandbox.acceptLog()).toEqual([])
})

test('is told when it is banned, and reaches the exchange no more', async () => {
  const { exchange } = await startBoth({ weight: 400, refusals: 0 })
  for (let i = 0; i < 60; i += 1) await exchange.refreshBalances()
  const { why, until = 0 } = exchange.backoff() ?? {}
  expect(why).toBe('banned')
  expect(until - Date.now()).toBeGreaterThan(100_000)
  expect(await exchange.find(BTC, newId())).toMatchObject({ outcome: 'unknown' })
})

test('one order more than ten seconds allow was certainly not taken', async () => {
  const frozen = systemClock.now()
  const { sandbox, exchange } = await startBoth(
    { orders: 3 },
    { ...systemClock, now: () => frozen },
  )
  const placed = []
  for (let i = 0; i < 4; i += 1) placed.push(await exchange.place(order()))
  expect(placed.map((one) => one.outcome)).toEqual(['accepted', 'accepted', 'accepted', 'rejected'])
  expect(placed[3]).toMatchObject({ code: 'exchange_rate_limited' })
  expect(sandbox.acceptLog()).toHaveLength(3)
})
