import { GENESIS } from '@keyside/protocol'
import { afterEach, expect, test } from 'vitest'
import { loadPolicy } from '../policy/load.ts'
import { jtiOf, TestExecutor } from '../world-for-tests.ts'

const STREAMS = ['one', 'two', 'three', 'four', 'five', 'six']
const policyFor = (approval: string) => {
  const loaded = loadPolicy(`version: 1
currency: USDT
markets: [BTC/USDT]
streams: {${STREAMS.map((name) => `${name}: {allotment: 1000}`).join(', ')}}
limits: {order: 500, day: 20000, orders_per_minute: 600, orders_per_day: 10000, round_trips: 1000, day_loss: 100000, drawdown: 100000}
stop_within: optional
unusual_size: 1000
repeat_within: never
reenter_within: never
approval: ${approval}
`)
  if (!loaded.ok) throw new Error(loaded.message)
  return loaded.policy
}

let executor: TestExecutor
afterEach(() => executor.close())

/** It holds no more than five stops, as the exchange does. */
async function open(approval = 'never'): Promise<void> {
  executor = new TestExecutor()
  Object.assign(executor, { policy: policyFor(approval) })
  await executor.clock.turn(1_000)
}

async function enter(sub: string, change = {}): Promise<void> {
  const target = { market: 'BTC/USDT', position: 'flat', since: 0 } as const
  executor.take(executor.head({ sub, seq: 0, hash: GENESIS, target, jti: jtiOf(`head ${sub}`) }))
  const entry = { sub, seq: 1, prev: GENESIS, jti: jtiOf(sub), stop: '58000' }
  const size = { unit: 'quote', value: '50' } as const
  await executor.give(executor.signal({ ...entry, size, ...change }))
}

const bought = () => executor.exchange.sent.filter(({ side }) => side === 'buy').length

test('no coin is bought for which the exchange has no room for a stop any more', async () => {
  await open()
  for (const stream of STREAMS) await enter(stream)
  expect(bought()).toBe(5)
  expect(executor.told()).toContain('entry refused sl.required')
})

test('an entry without a stop needs no room for one', async () => {
  await open()
  for (const stream of STREAMS.slice(0, 5)) await enter(stream)
  await enter('six', { stop: undefined })
  expect(bought()).toBe(6)
})

test('what waits for the trader or rests at the exchange keeps the room for its stop', async () => {
  await open('always')
  for (const stream of STREAMS.slice(0, 5)) await enter(stream)
  await enter('six')
  expect(executor.told().filter((line) => line === 'card')).toHaveLength(5)
  expect(executor.told()).toContain('entry refused sl.required')
})

test('room is there again when one of the positions is left', async () => {
  await open()
  for (const stream of STREAMS.slice(0, 5)) await enter(stream)
  await executor.give(
    executor.exit({ sub: 'one', seq: 2, prev: executor.state().book.streams['one']?.hash ?? '' }),
  )
  await executor.clock.turn(5_000)
  await enter('six')
  expect(bought()).toBe(6)
})
