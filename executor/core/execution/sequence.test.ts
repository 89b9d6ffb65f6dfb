import { GENESIS, hashText } from '@keyside/protocol'
import { expect, test } from 'vitest'
import { jtiOf, TestExecutor } from '../../testing/rig.ts'
import { judgeSequence } from './receive-signal.ts'

const last = { seq: 5, hash: hashText('five'), base: 'known', floor: 100 } as const
const other = hashText('another')

test.each([
  ['next', { seq: 6, prev: last.hash, hash: other }],
  ['repeat', { seq: 5, prev: other, hash: last.hash }],
  ['equivocation', { seq: 5, prev: other, hash: other }],
  ['equivocation', { seq: 6, prev: other, hash: other }],
  ['gap', { seq: 7, prev: other, hash: other }],
  ['gap', { seq: 10_005, prev: other, hash: other }],
  ['sequence_jump', { seq: 10_006, prev: other, hash: other }],
  ['sequence_old', { seq: 4, prev: other, hash: other }],
  ['sequence_old', { seq: 6, prev: last.hash, hash: other, iat: 99 }],
] as const)('after number 5: %s for %o', (verdict, signal) => {
  expect(judgeSequence(last, { iat: 100, ...signal })).toBe(verdict)
})

test('starts with number 1, or with what a head says', () => {
  expect(judgeSequence(null, { seq: 1, prev: GENESIS, hash: other, iat: 1 })).toBe('next')
  expect(judgeSequence(null, { seq: 2, prev: other, hash: other, iat: 1 })).toBe('sequence_unbased')
})

test('takes the same signal again without a word and without an order', async () => {
  const executor = new TestExecutor()
  const entry = await executor.enter()
  const told = executor.reports.length
  await executor.give(entry)
  expect(executor.reports).toHaveLength(told)
  executor.crash()
  await executor.give(entry)
  expect(executor.exchange.sent).toHaveLength(1)
})

test('a stream that begins anew takes nothing before its head, not even number 1', () => {
  const awaited = { ...last, seq: 0, hash: GENESIS, base: 'awaited', floor: 0 } as const
  const first = { seq: 1, prev: GENESIS, hash: other, iat: 1 }
  expect(judgeSequence(awaited, first)).toBe('sequence_unbased')
})

test('one number with two signals stops its provider and no other, over a restart, until a person has looked', async () => {
  const executor = new TestExecutor({ streams: ['demo', 'other'] })
  await executor.enter()
  await executor.give(executor.signal({ seq: 1, prev: GENESIS, reason: 'the other one' }))
  expect(executor.told().filter((line) => line === 'notice equivocation')).toHaveLength(1)
  executor.crash()
  await executor.enterFrom('other')
  expect(executor.told().at(-1)).toBe('entry denied provider.state')
  expect(executor.state().portfolio.trading).toBe('running')
  await executor.give({ type: 'unhalt', by: 'device' })
  await executor.give(executor.signal({ sub: 'other', jti: jtiOf('other 2') }))
  expect(executor.told().at(-1)).toBe('entry filled')
})

test('tells once what was missed when the next signal shows the gap, also before an exit', async () => {
  const executor = new TestExecutor()
  await executor.enter()
  executor.signal()
  executor.signal()
  await executor.give(executor.exit())
  await executor.give(executor.head())
  await executor.clock.advance(5_000)
  const missed = executor.reports.flatMap(({ event }) =>
    event.type === 'notice' && event.code === 'signals_missed' ? [event.message] : [],
  )
  expect(missed).toHaveLength(1)
  expect(missed[0]).toMatch(/^demo: 2 signals were missed/)
})

test('refuses entries after a gap until a head bridges it, and lets exits pass', async () => {
  const executor = new TestExecutor()
  await executor.enter()
  executor.signal()
  await executor.give(executor.signal())
  expect(executor.told().at(-1)).toBe('refusal sequence_gap')
  await executor.give(executor.exit())
  expect(executor.told().at(-1)).toBe('exit filled')
  await executor.enter()
  expect(executor.told().at(-1)).toBe('entry filled')
})

test('does not decide twice on one candle', async () => {
  const executor = new TestExecutor()
  await executor.enter({ candle: { timeframe: '1m', start: 60 } })
  await executor.give(executor.signal({ candle: { timeframe: '1m', start: 60 } }))
  expect(executor.told().at(-1)).toBe('refusal decision_repeated')
  expect(executor.exchange.sent).toHaveLength(1)
})

test('a stream that policy does not list is none of ours, though its plan brings it', async () => {
  const executor = new TestExecutor()
  const before = executor.told()
  await executor.give(executor.head({ stream: 'stranger', seq: 0, hash: GENESIS }))
  await executor.give(executor.signal({ sub: 'stranger' }))
  expect(executor.state().portfolio.streams).toEqual({})
  expect(executor.exchange.sent).toEqual([])
  expect(executor.told()).toEqual(before)
})

test.each(['entry', 'exit'] as const)(
  'a provider that signs each %s without end has 64 that wait, and another stream goes on',
  async (kind) => {
    const most = 64
    const executor = new TestExecutor({ streams: ['demo', 'other'] })
    const away = { quote: () => null, refreshQuote: async () => ({ ok: false, message: 'away' }) }
    Object.assign(executor.exchange, away)
    const own = { entry: () => executor.signal(), exit: () => executor.exit() }
    for (let count = 0; count < most + 20; count += 1) executor.take(own[kind]())
    const waiting = Object.values(executor.state().portfolio.orders)
    expect(waiting.map(({ state }) => state)).toEqual(Array(most).fill('received'))
    expect(executor.told().filter((line) => line === 'refusal orders_waiting_many')).toHaveLength(
      20,
    )
    for (const name of Object.keys(away)) Reflect.deleteProperty(executor.exchange, name)
    executor.exchange.quoteAt = executor.clock.now()
    await executor.enterFrom('other')
    expect(executor.told()).toContain('entry filled')
  },
)

test('what is held has its way out, and what waits to be bought is given up, however many exits wait', async () => {
  const executor = new TestExecutor()
  await executor.enter()
  const { exchange } = executor
  const known = exchange.rules('BTC/USDT')
  const rules = (market: string) => known && { ...known, market }
  Object.assign(exchange, { rules, quote: () => null, refreshQuote: async () => ({ ok: false }) })
  for (let count = 0; count < 64; count += 1) executor.take(executor.exit({ market: 'ETH/USDT' }))
  executor.take(executor.signal())
  executor.take(executor.exit({ market: 'ETH/USDT' }))
  expect(executor.told().filter((line) => line.endsWith('orders_waiting_many'))).toHaveLength(1)
  expect(executor.told()).toContain('refusal entry_superseded')
  executor.take(executor.exit())
  const waiting = Object.values(executor.state().portfolio.orders).filter(
    ({ intent, state }) => intent.market === 'BTC/USDT' && state === 'received',
  )
  expect(waiting.map(({ kind }) => kind)).toEqual(['exit'])
})
