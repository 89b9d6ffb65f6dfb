// A proof of each venue against the sandbox that speaks its dialect: all claims that it asks for, and nothing left behind.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, systemRandomBytes } from '@keyside/runtime'
import {
  bybitDialect,
  CALM,
  Market,
  okxDialect,
  type SandboxExchange,
  startExchange,
} from '@keyside/sandbox'
import Big from 'big.js'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import type { OrderRequest } from '../../core/model/exchange.ts'
import { VenueAdapter } from '../adapter/venue-adapter.ts'
import { binance } from '../binance/dialect.ts'
import { venueParts } from '../create-venue.ts'
import { VENUE_NAMES, type VenueName } from '../names.ts'
import { newId, order } from '../testing/steps.ts'
import { CLAIM_NAMES, CLAIMS, SANDBOX_SHOWS } from './claims.ts'
import { openOrdersFile } from './open-orders.ts'
import { ProofOrders } from './proof-orders.ts'
import { openProver, type ProofRun, type ProveOptions, type StepResult } from './prove.ts'

const KEYS = { apiKey: 'CanaryApiKey', secret: 'CanarySecret', passphrase: 'CanaryPassphrase' }
const BTC = 'BTC/USDT'
const LAG_MS = 100
const WAITS = { acceptance: 100, trigger: 3_000, late: 70_000 }
const log = { info: () => undefined, warn: () => undefined }

const DIALECTS = {
  binance: undefined,
  bybit: bybitDialect({ lagMs: LAG_MS, closedMs: 350 }),
  okx: okxDialect({ lagMs: LAG_MS }),
}

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keyside-proof-'))
})
afterEach(() => rmSync(home, { recursive: true }))

async function openSandbox(venue: VenueName): Promise<SandboxExchange> {
  const sandbox = await startExchange({
    market: new Market({ seed: 1, wave: CALM }),
    ...(DIALECTS[venue] && { dialect: DIALECTS[venue] }),
    accounts: [
      {
        name: 'main',
        apiKey: KEYS.apiKey,
        passphrase: KEYS.passphrase,
        credential: { secret: KEYS.secret },
        balances: { BTC: '0', USDT: '1000' },
      },
    ],
  })
  onTestFinished(() => sandbox.stop())
  return sandbox
}

function optionsFor(venue: VenueName, sandbox: SandboxExchange): ProveOptions {
  return {
    config: { name: venue, address: sandbox.address, sandboxSecretFile: 'none' },
    network: 'live',
    keys: KEYS,
    market: BTC,
    deps: { home, clock: systemClock, randomBytes: systemRandomBytes, log },
    confirm: async () => true,
    waits: { ...WAITS, viewLag: venue === 'binance' ? 0 : 4 * LAG_MS },
    timeoutMs: 1_000,
    unitMs: 1,
  }
}

/** The price reaches the stop that is close to it as soon as that waits. */
async function run(
  sandbox: SandboxExchange,
  options: ProveOptions,
  onStep: (result: StepResult) => void = () => undefined,
): Promise<ProofRun & { steps: readonly StepResult[] }> {
  const prover = await openProver(options)
  onTestFinished(() => prover.close())
  const steps: StepResult[] = []
  const falls = async () => {
    const before = sandbox.acceptLog().length
    await vi.waitFor(() => expect(sandbox.acceptLog().length).toBeGreaterThan(before), 3_000)
    sandbox.market.nudge(BTC, 0.998, Date.now())
  }
  const begun: string[] = []
  const done = await prover.run(
    (result) => {
      // Some take minutes: which one is under way is told before it.
      expect(begun.at(-1)).toBe(result.does)
      steps.push(result)
      onStep(result)
      if (result.does.startsWith('a stop above')) void falls()
    },
    (does) => void begun.push(does),
  )
  return { ...done, steps }
}

/** Open orders, and how much was bought that was not sold. */
function leftAt(sandbox: SandboxExchange) {
  const orders = sandbox.acceptLog()
  const bought = orders.reduce(
    (sum, { side, executed }) => sum.plus(side === 'buy' ? executed : `-${executed}`),
    new Big(0),
  )
  const isOpen = (outcome: string) => ['NEW', 'PARTIALLY_FILLED'].includes(outcome)
  return {
    open: orders.filter(({ outcome }) => isOpen(outcome)).length,
    isSold: bought.lt('0.00002'),
  }
}

const NOTHING = { open: 0, isSold: true }

function failedIn(steps: readonly StepResult[]): readonly string[] {
  return steps.flatMap(({ found }) =>
    found.flatMap(({ claim, outcome, seen }) =>
      outcome === 'failed' ? [`${claim}: ${seen}`] : [],
    ),
  )
}

test.each(VENUE_NAMES)('%s proves all that it is asked for, and nothing is left', async (venue) => {
  const sandbox = await openSandbox(venue)
  const options = optionsFor(venue, sandbox)
  const { proof, stopped, left, steps } = await run(sandbox, options)
  expect([stopped, ...failedIn(steps)]).toEqual([null])
  const asked = CLAIM_NAMES.filter((name) => CLAIMS[name].asked === 'yes')
  const shown = asked.filter((name) => proof.claims[name]?.outcome === 'proved')
  // Where spot orders know no borrowing no question asks about it.
  const { dialect } = venueParts(options.config, options.deps)
  const unasked = dialect.borrowing === undefined ? ['no_borrowing'] : []
  expect(asked.filter((name) => !shown.includes(name))).toEqual(unasked)
  expect(SANDBOX_SHOWS[venue]).toEqual(expect.arrayContaining(shown))
  expect(left.every((words) => words.endsWith('BTC is less than may be sold'))).toBe(true)
  expect(leftAt(sandbox)).toEqual(NOTHING)
  expect(readdirSync(join(home, 'executor/proofs'))).toEqual([])
})

test('the plan says what may be bound and lost', async () => {
  const sandbox = await openSandbox('binance')
  const { plan, close } = await openProver(optionsFor('binance', sandbox))
  expect(plan).toMatchObject({ base: 'BTC', quote: 'USDT', amount: '0.00012' })
  expect(Number(plan.bound)).toBeLessThan(20)
  expect(Number(plan.cost)).toBeLessThan(0.3)
  await close()
})

test('nothing is ordered for more than was announced', async () => {
  const sandbox = await openSandbox('binance')
  const { deps, keys } = optionsFor('binance', sandbox)
  const exchange = new VenueAdapter(binance, { ...deps, keys, address: sandbox.address })
  onTestFinished(() => exchange.stop())
  await exchange.start([BTC])
  const rules = exchange.rules(BTC)
  if (rules === null) throw new Error('no rules')
  const orders = new ProofOrders({
    exchange,
    rules,
    newId,
    openOrders: openOrdersFile(home, 'binance.live'),
    now: () => Date.now(),
    pass: () => Promise.resolve(),
    acceptanceMs: 0,
  })
  orders.most = '100'
  const buy = (amount: string) => orders.draft({ side: 'buy', price: '50000', amount })
  const send = (one: OrderRequest) => orders.send(one, (sent) => exchange.place(sent))
  await expect(send(buy('0.0021'))).rejects.toThrow(
    '105 USDT would be bound, and 100 was announced',
  )
  expect(sandbox.acceptLog()).toEqual([])
  await send(buy('0.0012'))
  await expect(send(buy('0.0012'))).rejects.toThrow('120 USDT would be bound')
  await expect(
    send(orders.draft({ side: 'sell', price: '70000', amount: '0.002' })),
  ).rejects.toThrow('it would sell more than it bought')
  expect(await orders.settle()).toEqual({ doubts: [], coins: [] })
  expect(leftAt(sandbox)).toEqual(NOTHING)
})

test('a person who stops it has nothing left open or held', async () => {
  const sandbox = await openSandbox('binance')
  const stop = new AbortController()
  const options = { ...optionsFor('binance', sandbox), stop: stop.signal }
  const { proof, stopped } = await run(sandbox, options, ({ does }) => {
    if (does.startsWith('the smallest purchase')) stop.abort()
  })
  expect(stopped).toBe('it was stopped')
  expect(leftAt(sandbox)).toEqual(NOTHING)
  expect(sandbox.acceptLog().at(-1)).toMatchObject({ side: 'sell', outcome: 'FILLED' })
  // One of its steps is missing.
  expect(proof.claims.cancels).toBeUndefined()
  expect(proof.claims.refusals?.outcome).toBe('proved')
})

test('an order that shows too late is told, and canceled all the same', async () => {
  const sandbox = await openSandbox('binance')
  const options = optionsFor('binance', sandbox)
  sandbox.faults.arm({ name: 'hidden', ms: 1_500 })
  const { proof, steps } = await run(sandbox, { ...options, confirm: async () => false })
  expect(proof.claims.look_up).toMatchObject({ outcome: 'failed' })
  expect(proof.claims.key_rights).toMatchObject({ outcome: 'failed' })
  expect(failedIn(steps).length).toBeGreaterThan(1)
  expect(leftAt(sandbox)).toEqual(NOTHING)
})

test('what a run has left that was cut off is canceled and sold by the next one', async () => {
  const sandbox = await openSandbox('binance')
  const options = optionsFor('binance', sandbox)
  const { deps, keys } = options
  const exchange = new VenueAdapter(binance, { ...deps, keys, address: sandbox.address })
  await exchange.start([BTC])
  const orders = [
    order({ amount: '0.001', price: '60300' }),
    order({ amount: '0.001', price: '50000', timeInForce: 'GTC' }),
  ]
  openOrdersFile(home, 'binance.live').write(orders)
  for (const one of orders) await exchange.place(one)
  await exchange.stop()
  await expect(openProver({ ...options, market: 'ETH/USDT' })).rejects.toMatchObject({
    code: 'venue_proof_unfinished',
  })
  const { stopped } = await run(sandbox, { ...options, stop: AbortSignal.abort() })
  expect(stopped).toBe('it was stopped')
  expect(leftAt(sandbox)).toEqual(NOTHING)
})
