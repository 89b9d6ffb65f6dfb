import { expect, onTestFinished, test, vi } from 'vitest'
import { TestExecutor } from './testing/rig.ts'

const ENTRY = { size: { unit: 'quote', value: '100' }, stop: '58000' } as const

test('no timer is set before an order is on its way, and none once the program stops', async () => {
  const executor = new TestExecutor()
  onTestFinished(() => executor.close())
  await executor.give(executor.head())
  const timers = vi.spyOn(executor.clock, 'after')
  executor.take(executor.signal(ENTRY))
  expect([executor.exchange.sent.length, timers.mock.calls.length]).toEqual([1, 0])
  await executor.clock.advance(0)
  expect(timers).toHaveBeenCalled()

  executor.take({ type: 'tick' })
  executor.stop()
  timers.mockClear()
  await executor.clock.advance(0)
  expect(timers).not.toHaveBeenCalled()
})
