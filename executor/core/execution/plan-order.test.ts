import { expect, test } from 'vitest'
import { TestExecutor } from '../../testing/rig.ts'

test('nothing is decided while the exchange gives no price', async () => {
  const executor = new TestExecutor()
  executor.exchange.quote = () => null
  await executor.enter()
  await executor.clock.turn(10_000)
  expect(executor.told()).toEqual(['state running', 'refusal quote_missing'])
  expect(executor.exchange.sent).toEqual([])
})
