// What waits at the exchange is taken back when somebody has to get out, when the strategy has left, and in silence.
import { expect, test } from 'vitest'
import { jtiOf, TestExecutor } from '../../testing/rig.ts'

const positions = (executor: TestExecutor) => Object.values(executor.state().portfolio.positions)
const resting = ({ exchange }: TestExecutor) =>
  [...exchange.orders.values()].filter(({ status }) => status === 'open').map(({ order }) => order)
const flat = (since: number) => ({ position: 'flat', since }) as const

/** A sale far above the price, of a position without a stop. */
async function restingSale(): Promise<TestExecutor> {
  const executor = new TestExecutor()
  await executor.enter()
  executor.exchange.mode = 'rests'
  await executor.give(executor.exit({ type: 'limit', limitPrice: '70000' }))
  executor.exchange.mode = 'fills'
  expect(resting(executor)).toMatchObject([{ side: 'sell', type: 'limit', timeInForce: 'GTC' }])
  return executor
}

async function restingEntry(): Promise<TestExecutor> {
  const executor = new TestExecutor()
  executor.exchange.mode = 'rests'
  await executor.enter({ type: 'limit', limitPrice: '59000', stopPrice: '58000' })
  await executor.clock.advance(2_100)
  expect(resting(executor)).toMatchObject([{ side: 'buy', type: 'limit', timeInForce: 'GTC' }])
  return executor
}

test('a sale that waits for its price stands in the way of no halt that sells', async () => {
  const executor = await restingSale()
  await executor.give({ type: 'halt', by: 'device', positions: 'sell' })
  await executor.clock.advance(10_000)
  expect(positions(executor)).toEqual([])
})

test('nor of a head that wants out, nor of an exit at the market', async () => {
  for (const way of ['head', 'exit'] as const) {
    const executor = await restingSale()
    if (way === 'exit') await executor.give(executor.exit())
    else await executor.give(executor.head({ ...flat(3), seq: 3 }))
    await executor.clock.advance(10_000)
    expect(positions(executor), way).toEqual([])
  }
})

test('nor of the stop that a later entry brings', async () => {
  const executor = await restingSale()
  await executor.enter({ stopPrice: '58000' })
  await executor.clock.advance(5_000)
  expect(resting(executor)).toMatchObject([{ type: 'stop_limit', amount: '0.00994' }])
})

test('an entry that waits is taken back when a head says flat', async () => {
  const executor = await restingEntry()
  executor.exit()
  await executor.give(executor.head(flat(2)))
  await executor.clock.advance(5_000)
  expect(resting(executor)).toEqual([])
})

test('an entry that waits is taken back when its provider has been silent for the life of a head', async () => {
  const executor = await restingEntry()
  await executor.clock.advance(40_000)
  expect(resting(executor)).toHaveLength(1)
  await executor.clock.advance(10_000)
  expect(resting(executor)).toEqual([])
  expect(executor.told()).toContain('entry canceled taken_back')
})

test('an unknown entry of another stream keeps neither stop nor exit of this one away', async () => {
  const executor = new TestExecutor()
  const streams = new Map(executor.policy.streams)
  streams.set('home/other', {
    allocation: '1000',
    lifetimeBudget: 'unlimited',
    markets: ['BTC/USDT'],
    map: new Map(),
  })
  Object.assign(executor, { policy: { ...executor.policy, streams } })
  executor.exchange.mode = 'rests'
  await executor.enter({ type: 'limit', limitPrice: '59000', stopPrice: '58000' })
  const entry = executor.exchange.accepted[0]?.clientOrderId ?? ''
  executor.exchange.mode = 'lost_before'
  const other = { sub: 'other', seq: 1, prev: 'A'.repeat(43), jti: jtiOf('other') }
  executor.take(executor.head({ stream: 'other', seq: 0, hash: 'A'.repeat(43), ...flat(0) }))
  await executor.give(executor.signal({ ...other, stopPrice: '58000' }))
  executor.exchange.mode = 'fills'
  executor.exchange.fill(entry, '0.00508', 'filled')
  await executor.clock.advance(5_000)
  expect(resting(executor)).toMatchObject([{ type: 'stop_limit' }])
  expect(executor.told()).toContain('entry unknown order_unknown')
  const { seq = 0, hash = '' } = executor.state().portfolio.streams['home/demo'] ?? {}
  await executor.give(executor.head({ seq, hash, ...flat(seq + 1) }))
  await executor.clock.advance(5_000)
  expect(positions(executor)).toEqual([])
})
