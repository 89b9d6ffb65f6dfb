// A look through the real adapter at the sandbox exchange, where somebody else trades with the same key.

import { noTrace, systemClock, systemRandomBytes } from '@keyside/runtime'
import { CALM, Market, type SandboxExchange, startExchange } from '@keyside/sandbox'
import Big from 'big.js'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { clientOrderIds } from './client-order-id.ts'
import { Journal, type OutboxReport } from './journal/journal.ts'
import { Shell } from './shell.ts'
import { followed, policyOf, signalClaims, TestExecutor } from './testing/rig.ts'
import { VenueAdapter } from './venues/adapter/venue-adapter.ts'
import { binance } from './venues/binance/dialect.ts'
import type { Exchange } from './venues/port.ts'
import { newId, order } from './venues/testing/steps.ts'

const KEYS = { apiKey: 'lookKey'.repeat(8), secret: 'lookSecret'.repeat(6) }
const log = pino({ level: 'silent' })
let told: OutboxReport[] = []
let journal: Journal
let sandbox: SandboxExchange
let exchange: Exchange
let shell: Shell

/** The machine's time, plus what a test has skipped of it. */
const clock = {
  ahead: 0,
  due: (): void => undefined,
  now: () => Date.now() + clock.ahead,
  after: (_: number, run: () => void) => {
    clock.due = run
    return () => {
      clock.due = () => undefined
    }
  },
  every: systemClock.every,
  skip: (ms: number) => {
    clock.ahead += ms
    clock.due()
  },
}

beforeEach(async () => {
  clock.ahead = 0
  told = []
  journal = new Journal(':memory:')
  const secret = systemRandomBytes(32)
  sandbox = await startExchange({
    market: new Market({ seed: 1, wave: CALM }),
    proofSecret: secret,
    // As long as numbers of other venues are already: a double holds none of them.
    first: { order: 8_389_765_608_443_411_001n, trade: 8_389_765_608_443_511_001n },
    accounts: [
      {
        name: 'main',
        apiKey: KEYS.apiKey,
        credential: { secret: KEYS.secret },
        balances: { BTC: '0', USDT: '100000' },
      },
    ],
  })
  const { address } = sandbox
  const proved = { secret, randomBytes: systemRandomBytes }
  const parts = { clock: systemClock, log, unitMs: 1 }
  exchange = new VenueAdapter(binance, { keys: KEYS, address, sandbox: proved, ...parts })
  await exchange.start(['BTC/USDT'])
  shell = new Shell({
    unproved: () => [],
    journal,
    exchange,
    policy: policyOf(),
    clientOrderId: clientOrderIds(new Uint8Array(32)),
    codeSecret: null,
    publisher: { send: (reports) => void told.push(...reports) },
    clock,
    trace: noTrace,
    log,
    onFailure: (error) => {
      throw error
    },
  })
  shell.take({ type: 'started' })
  await looked()
})
afterEach(async () => {
  shell.stop()
  await exchange.stop()
  await sandbox.stop()
  journal.close()
})

/** Until the look that is under way, or due now, is answered. */
async function looked(): Promise<void> {
  await vi.waitFor(
    () => expect(shell.state().session.reconciliations['BTC/USDT']?.state).toBe('due'),
    {
      timeout: 5_000,
    },
  )
}

async function twoLooks(): Promise<void> {
  for (const ms of [60_000, 10_000]) {
    clock.skip(ms)
    await looked()
  }
}

function codes(): string[] {
  return told.flatMap(({ event }) =>
    event.type === 'notice' || event.type === 'refusal' ? [event.code] : [],
  )
}

/** An entry with its stop. */
async function buy(): Promise<void> {
  const writer = new TestExecutor()
  const now = clock.now()
  shell.take(followed('home'))
  const head = writer.head({ seq: 0, iat: now / 1000 })
  shell.take(head)
  shell.take(writer.signal(signalClaims(now, { stopPrice: '58500' })))
  await vi.waitFor(() => expect(sandbox.acceptLog()).toHaveLength(2), { timeout: 5_000 })
}

test('its own order and the trades of it are nothing unexpected', async () => {
  await buy()
  await twoLooks()
  expect(codes()).toEqual([])
  expect(shell.state().session.reconciliations['BTC/USDT']).toMatchObject({
    found: 'agrees',
    doubts: [],
  })
})

test('an order and a trade of somebody else with the same key are told, each of them once', async () => {
  await exchange.place(
    order({ type: 'limit', timeInForce: 'GTC', price: '50000', clientOrderId: newId() }),
  )
  await twoLooks()
  expect(codes()).toEqual(['unexpected_activity'])
  await exchange.place(order({ clientOrderId: newId() }))
  await twoLooks()
  await twoLooks()
  expect(codes()).toEqual(['unexpected_activity', 'unexpected_activity'])
})

test('coins that somebody sold are missed, and the others stand under a stop', async () => {
  await buy()
  await twoLooks()
  const [stop] = Object.values(shell.state().portfolio.orders)
  await exchange.cancel('BTC/USDT', stop?.clientOrderId ?? '', 'stop')
  await exchange.place(order({ side: 'sell', price: '59900', amount: '0.001' }))
  await twoLooks()
  await twoLooks()
  expect(codes()).toContain('position_drift')
  expect(shell.state().portfolio.closedMarkets).toEqual({ 'BTC/USDT': 'drift' })
  const before = stop?.planned?.request.amount ?? '0'
  const there = new Big(before).minus('0.001').toFixed()
  await vi.waitFor(() => {
    clock.skip(2_000)
    const [now] = Object.values(shell.state().portfolio.orders)
    expect(now).toMatchObject({
      state: 'accepted',
      planned: { request: { type: 'stop_limit', amount: there } },
    })
  })
})
