// What a provider may sign, and what has to be left standing by it.
import { expect, test } from 'vitest'
import { jtiOf, TestExecutor } from '../../testing/rig.ts'

test('two signals with one jti are two orders with two names', async () => {
  const executor = new TestExecutor()
  await executor.enter({ jti: jtiOf('same'), stopPrice: '58000' })
  await executor.enter({ jti: jtiOf('same'), stopPrice: '58000' })
  expect(executor.failure).toBeNull()
  const names = executor.exchange.sent.map(({ clientOrderId }) => clientOrderId)
  expect(new Set(names).size).toBe(names.length)
  expect(Object.values(executor.state().portfolio.positions)).toMatchObject([{ amount: '0.00994' }])
})

test('a stop beyond what the wire can say is refused like any stop above the price', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '999999999999.999' })
  expect(executor.told().at(-1)).toBe('refusal stop_wrong_side')
})

test('a signal for a market that does not exist leaves nothing behind', async () => {
  const executor = new TestExecutor()
  for (let count = 0; count < 20; count += 1) await executor.enter({ market: `X${count}/USDT` })
  expect(executor.told().at(-1)).toBe('refusal market_unknown')
  expect(executor.state().session.quotes).toEqual({})
})

test('the same head again is no new sign of life', async () => {
  const executor = new TestExecutor()
  const head = executor.head()
  await executor.give(head)
  await executor.clock.advance(44_000)
  await executor.give(head)
  await executor.clock.advance(2_000)
  await executor.give(executor.signal())
  await executor.clock.advance(9_000)
  await executor.give(head)
  await executor.clock.advance(2_000)
  expect(executor.told().at(-1)).toBe('entry denied hb.deadman')
})
