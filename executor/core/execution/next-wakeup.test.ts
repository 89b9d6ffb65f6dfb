import { expect, test } from 'vitest'
import { TestExecutor } from '../../testing/rig.ts'
import { nextWakeup } from './next-wakeup.ts'

test('an order whose outcome is unknown wakes the executor when it is asked about next, and not before', async () => {
  const executor = new TestExecutor()
  executor.exchange.mode = 'lost_before'
  executor.exchange.lookups = 'silent'
  await executor.enter()
  await executor.clock.advance(20_000)
  expect(nextWakeup(executor.state())).toBeGreaterThan(executor.clock.now())
})
