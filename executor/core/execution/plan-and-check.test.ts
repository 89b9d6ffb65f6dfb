import { afterEach, expect, test } from 'vitest'
import { TestExecutor } from '../../testing/rig.ts'

const STREAMS = ['one', 'two', 'three', 'four', 'five', 'six']

let executor: TestExecutor
afterEach(() => executor.close())

/** It holds no more than five stops, as the exchange does. */
async function open(approval = 'never'): Promise<void> {
  executor = new TestExecutor({ approval, streams: STREAMS })
  await executor.clock.advance(1_000)
}

const bought = () => executor.exchange.sent.filter(({ side }) => side === 'buy').length

test('no coin is bought for which the exchange has no room for a stop any more', async () => {
  await open()
  for (const stream of STREAMS) await executor.enterFrom(stream)
  expect(bought()).toBe(5)
  expect(executor.told()).toContain('entry denied sl.required')
})

test('an entry without a stop needs no room for one', async () => {
  await open()
  for (const stream of STREAMS.slice(0, 5)) await executor.enterFrom(stream)
  await executor.enterFrom('six', { stopPrice: undefined })
  expect(bought()).toBe(6)
})

test('what waits for the trader or rests at the exchange keeps the room for its stop', async () => {
  await open('always')
  for (const stream of STREAMS.slice(0, 5)) await executor.enterFrom(stream)
  await executor.enterFrom('six')
  expect(executor.told().filter((line) => line === 'card')).toHaveLength(5)
  expect(executor.told()).toContain('entry denied sl.required')
})

test('what waits for the trader counts among the entries of the day', async () => {
  await open('always')
  const { limits } = executor.policy
  const two = { ...executor.policy, limits: { ...limits, ordersPerDay: 2 } }
  Object.assign(executor, { policy: two })
  for (const stream of STREAMS.slice(0, 3)) await executor.enterFrom(stream)
  expect(executor.told().filter((line) => line === 'card')).toHaveLength(2)
  expect(executor.told().at(-1)).toBe('entry denied vel.orders')
})

test('room is there again when one of the positions is left', async () => {
  await open()
  for (const stream of STREAMS.slice(0, 5)) await executor.enterFrom(stream)
  await executor.give(
    executor.exit({
      sub: 'one',
      seq: 2,
      prev: executor.state().portfolio.streams['home/one']?.hash ?? '',
    }),
  )
  await executor.clock.advance(5_000)
  await executor.enterFrom('six')
  expect(bought()).toBe(6)
})

test('nothing is decided while the exchange gives no price', async () => {
  executor = new TestExecutor()
  executor.exchange.quote = () => null
  await executor.enter()
  await executor.clock.advance(10_000)
  expect(executor.told()).toEqual(['state running', 'refusal quote_missing'])
  expect(executor.exchange.sent).toEqual([])
})
