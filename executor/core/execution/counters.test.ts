// What is counted stays counted: over a restart, an edit of the policy, and a clock that is set back.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GENESIS, type Signal } from '@keyside/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { jtiOf, START, TestExecutor } from '../../testing/rig.ts'
import { countEntry, dayAt, hourAt } from '../model/count.ts'
import { NO_COUNTERS } from '../model/counters.ts'
import type { Order } from '../model/order.ts'
import type { Policy } from '../risk/policy/schema.ts'

const MINUTE = 60_000
const DAY = 86_400_000

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyside-counters-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

type Change = Partial<Omit<Policy, 'limits'>> & { limits?: Partial<Policy['limits']> }

function executorWith(change: Change): TestExecutor {
  const executor = new TestExecutor({ path: join(folder, 'journal.db') })
  edit(executor, change)
  return executor
}

function edit(executor: TestExecutor, { limits, ...rest }: Change): void {
  const { policy } = executor
  Object.assign(executor, {
    policy: { ...policy, ...rest, limits: { ...policy.limits, ...limits } },
  })
}

function setClock(executor: TestExecutor, now: number): void {
  Object.assign(executor.clock, { now: () => now })
  executor.exchange.quoteAt = now
}

async function buy(executor: TestExecutor, value = '300', change: Partial<Signal> = {}) {
  executor.exchange.quoteAt = executor.clock.now()
  return executor.enter({ size: { unit: 'quote', value }, ...change })
}

async function roundTrip(executor: TestExecutor): Promise<void> {
  await buy(executor)
  await executor.give(executor.exit())
}

const last = (executor: TestExecutor) => executor.told().at(-1)
const SPARE = { allocation: '1000', markets: ['BTC/USDT'], map: new Map() }

/** Each counter: what uses it up, what is refused then, and an edit that has nothing to do with it. */
const COUNTERS: readonly [tag: string, Change, (executor: TestExecutor) => Promise<unknown>][] = [
  ['vel.hour', { limits: { hour: '500' } }, (executor) => buy(executor)],
  ['vel.notional', { limits: { day: '500' } }, (executor) => buy(executor)],
  ['vel.orders', { limits: { ordersPerDay: 1 } }, (executor) => buy(executor)],
  ['churn', { limits: { roundTrips: 1 } }, roundTrip],
  [
    'budget.stream',
    { streams: new Map([['home/demo', { ...SPARE, lifetimeBudget: '500' }]]) },
    (executor) => buy(executor),
  ],
]

describe.each(COUNTERS)('%s', (tag, change, use) => {
  test('refuses what is too much', async () => {
    const executor = executorWith(change)
    await use(executor)
    await buy(executor)
    expect(last(executor)).toBe(`entry denied ${tag}`)
  })

  test('is not given back by a restart, nor by an edit of the policy', async () => {
    const executor = executorWith(change)
    await use(executor)
    executor.crash()
    edit(executor, { collar: { entry: '0.4', exit: '2' } })
    await buy(executor)
    expect(last(executor)).toBe(`entry denied ${tag}`)
  })

  test('is not given back by a clock that is set back', async () => {
    const executor = executorWith(change)
    await use(executor)
    setClock(executor, START - 2 * DAY)
    await buy(executor)
    // The clock alone may be reason enough: what counts is that nothing more is bought.
    expect(executor.exchange.accepted.filter(({ side }) => side === 'buy')).toHaveLength(1)
  })

  test('counts what the exchange rejected', async () => {
    if (tag === 'churn') return
    const executor = executorWith(change)
    executor.exchange.mode = 'rejects'
    await use(executor)
    executor.exchange.mode = 'fills'
    await buy(executor)
    expect(last(executor)).toBe(`entry denied ${tag}`)
  })
})

test('pos.market counts all streams, and what waits at the exchange', async () => {
  const executor = executorWith({
    limits: { position: '500' },
    streams: new Map([
      ['home/demo', { ...SPARE, lifetimeBudget: 'unlimited' as const }],
      ['home/other', { ...SPARE, lifetimeBudget: 'unlimited' as const }],
    ]),
  })
  executor.exchange.mode = 'rests'
  await buy(executor, '300', { type: 'limit', limitPrice: '59000' })
  executor.take(executor.head({ stream: 'other', seq: 0, hash: GENESIS, jti: jtiOf('head') }))
  const other = { sub: 'other', seq: 1, prev: GENESIS, jti: jtiOf('other') }
  await executor.give(executor.signal(other))
  expect(executor.exchange.accepted).toHaveLength(1)
  expect(last(executor)).toBe('entry denied pos.market')
})

test('what waits for the trader is reserved', async () => {
  const executor = executorWith({ limits: { hour: '500' }, approval: 'always' })
  await buy(executor)
  await buy(executor)
  expect(last(executor)).toBe('entry denied vel.hour')
})

function entryOf(value: string): Order {
  const order = { stream: 'home/demo', signal: 's', intent: { market: 'BTC/USDT' } }
  return { ...order, planned: { value, request: { amount: '1' } } } as Order
}

test('the hour forgets an entry after 60 to 65 minutes, and never before', () => {
  for (const minute of [0, 1, 4, 4.99]) {
    const at = START + minute * MINUTE
    const counted = countEntry(NO_COUNTERS, entryOf('100'), at)
    expect(hourAt(counted, at + 60 * MINUTE - 1)).toBe('100')
    expect(hourAt(counted, at + 65 * MINUTE)).toBe('0')
  }
})

test('what is bought under a clock that was set back still counts when it is right again', () => {
  const first = countEntry(NO_COUNTERS, entryOf('100'), START)
  const second = countEntry(first, entryOf('100'), START - DAY)
  expect(hourAt(second, START - DAY)).toBe('200')
  expect(hourAt(second, START + MINUTE)).toBe('200')
  expect(dayAt(second, START)).toMatchObject({ value: '200', entries: 2 })
  expect(dayAt(second, START - DAY)).toMatchObject({ value: '200', entries: 2 })
  expect(dayAt(second, START + DAY)).toMatchObject({ value: '0', entries: 0, roundTrips: {} })
})
