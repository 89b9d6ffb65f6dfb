import { expect, test } from 'vitest'
import { TestExecutor } from '../../testing/rig.ts'
import type { Policy } from '../risk/policy/schema.ts'

const MINUTE = 60_000
const count = (executor: TestExecutor, line: string) =>
  executor.told().filter((told) => told === line).length

function executorWith(closeOnSilenceMs: Policy['closeOnSilenceMs']): TestExecutor {
  const executor = new TestExecutor()
  executor.policy = { ...executor.policy, closeOnSilenceMs }
  return executor
}

test('ten minutes of silence are an alarm each minute for whoever holds something, and the stop stays', async () => {
  const executor = executorWith('never')
  await executor.enter({ stopPrice: '58000' })
  await executor.clock.turn(9.5 * MINUTE)
  expect(count(executor, 'notice stream_lost')).toBe(0)
  await executor.clock.turn(3 * MINUTE)
  expect(count(executor, 'notice stream_lost')).toBeGreaterThanOrEqual(2)
  expect(count(executor, 'notice stream_silent')).toBe(1)
  await executor.clock.turn(60 * MINUTE)
  expect(Object.values(executor.state().portfolio.positions)).toHaveLength(1)
})

test('policy may have it sold after a while', async () => {
  const executor = executorWith(20 * MINUTE)
  await executor.enter({ stopPrice: '58000' })
  await executor.clock.turn(19.5 * MINUTE)
  expect(Object.values(executor.state().portfolio.positions)).toHaveLength(1)
  await executor.clock.turn(MINUTE)
  expect(executor.state().portfolio.positions).toEqual({})
})

test('a head in time keeps it', async () => {
  const executor = executorWith(20 * MINUTE)
  await executor.enter({ stopPrice: '58000' })
  for (let head = 0; head < 4; head += 1) {
    await executor.clock.turn(15 * MINUTE)
    await executor.give(executor.head())
  }
  expect(Object.values(executor.state().portfolio.positions)).toHaveLength(1)
  expect(count(executor, 'notice stream_silent')).toBe(4)
})

test('restarts do not make a silence shorter', async () => {
  const executor = executorWith(20 * MINUTE)
  await executor.enter({ stopPrice: '58000' })
  for (let restart = 0; restart < 7; restart += 1) {
    await executor.clock.turn(3 * MINUTE)
    executor.crash()
  }
  await executor.clock.turn(10_000)
  expect(executor.state().portfolio.positions).toEqual({})
})

test('a stream that holds something and was not heard since the start is silent too', async () => {
  const executor = executorWith('never')
  await executor.enter({ stopPrice: '58000' })
  executor.crash()
  await executor.clock.turn(3 * MINUTE)
  expect(count(executor, 'notice stream_silent')).toBe(1)
})

test('a clock that is set back does not stop the silence from being counted', async () => {
  const executor = executorWith(20 * MINUTE)
  await executor.enter({ stopPrice: '58000' })
  await executor.clock.turn(5 * MINUTE)
  executor.clock.setBack(120 * MINUTE)
  await executor.clock.turn(20.5 * MINUTE)
  expect(executor.state().portfolio.positions).toEqual({})
})
