import { expect, test } from 'vitest'
import { followed, TestExecutor } from '../../testing/rig.ts'
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
  await executor.clock.advance(9.5 * MINUTE)
  expect(count(executor, 'notice stream_lost')).toBe(0)
  await executor.clock.advance(3 * MINUTE)
  expect(count(executor, 'notice stream_lost')).toBeGreaterThanOrEqual(2)
  expect(count(executor, 'notice stream_silent')).toBe(1)
  await executor.clock.advance(60 * MINUTE)
  expect(Object.values(executor.state().portfolio.positions)).toHaveLength(1)
})

test('policy may have it sold after a while', async () => {
  const executor = executorWith(20 * MINUTE)
  await executor.enter({ stopPrice: '58000' })
  await executor.clock.advance(19.5 * MINUTE)
  expect(Object.values(executor.state().portfolio.positions)).toHaveLength(1)
  await executor.clock.advance(MINUTE)
  expect(executor.state().portfolio.positions).toEqual({})
})

test('a head in time keeps it', async () => {
  const executor = executorWith(20 * MINUTE)
  await executor.enter({ stopPrice: '58000' })
  for (let head = 0; head < 4; head += 1) {
    await executor.clock.advance(15 * MINUTE)
    await executor.give(executor.head())
  }
  expect(Object.values(executor.state().portfolio.positions)).toHaveLength(1)
  expect(count(executor, 'notice stream_silent')).toBe(4)
  expect(count(executor, 'notice stream_heard')).toBe(4)
})

test('restarts do not make a silence shorter', async () => {
  const executor = executorWith(20 * MINUTE)
  await executor.enter({ stopPrice: '58000' })
  for (let restart = 0; restart < 7; restart += 1) {
    await executor.clock.advance(3 * MINUTE)
    executor.crash()
  }
  await executor.clock.advance(10_000)
  expect(executor.state().portfolio.positions).toEqual({})
})

test('a stream that holds something and was not heard since the start is silent too', async () => {
  const executor = executorWith('never')
  await executor.enter({ stopPrice: '58000' })
  executor.crash()
  await executor.clock.advance(3 * MINUTE)
  expect(count(executor, 'notice stream_silent')).toBe(1)
})

test('a clock that is set back does not stop the silence from being counted', async () => {
  const executor = executorWith(20 * MINUTE)
  await executor.enter({ stopPrice: '58000' })
  await executor.clock.advance(5 * MINUTE)
  executor.clock.setBack(120 * MINUTE)
  await executor.clock.advance(20.5 * MINUTE)
  expect(executor.state().portfolio.positions).toEqual({})
})

test('an hour without any network is no silence of the provider, and sells nothing when it is back', async () => {
  const executor = executorWith(20 * MINUTE)
  await executor.enter({ stopPrice: '58000' })
  executor.exchange.reach = 'no'
  await executor.clock.advance(60 * MINUTE)
  executor.exchange.reach = 'yes'
  await executor.clock.advance(5_000)
  expect(executor.told()).not.toContain('notice stream_silent')
  expect(executor.told()).not.toContain('notice stream_lost')
  expect(Object.values(executor.state().portfolio.positions)).toMatchObject([{ closing: null }])
  await executor.clock.advance(20 * MINUTE)
  expect(executor.state().portfolio.positions, 'the rest of the time counts').toEqual({})
})

test('while only the exchange is away the silence of a provider goes on', async () => {
  const executor = executorWith(20 * MINUTE)
  executor.homeLink = 'up'
  await executor.enter({ stopPrice: '58000' })
  executor.exchange.reach = 'no'
  await executor.clock.advance(21 * MINUTE)
  executor.exchange.reach = 'yes'
  await executor.clock.advance(5_000)
  expect(executor.told()).toContain('notice stream_silent')
  expect(executor.state().portfolio.positions).toEqual({})
})

test('of a provider that has ended the silence is not told, and what is held is sold when the policy says so', async () => {
  const executor = executorWith(20 * MINUTE)
  await executor.enter({ stopPrice: '58000' })
  executor.take(followed('home', 'ended'))
  await executor.clock.advance(19 * MINUTE)
  expect(executor.told()).not.toContain('notice stream_silent')
  expect(executor.told()).not.toContain('notice stream_lost')
  expect(count(executor, 'notice provider_ended')).toBe(1)
  expect(Object.values(executor.state().portfolio.positions)).toMatchObject([{ closing: null }])
  await executor.clock.advance(2 * MINUTE)
  expect(executor.state().portfolio.positions).toEqual({})
})

const held = (executor: TestExecutor) => Object.values(executor.state().portfolio.positions)

test('time offline is taken off a silence once, also when the silence was told in the same session', async () => {
  const executor = executorWith(20 * MINUTE)
  await executor.enter({ stopPrice: '58000' })
  executor.crash()
  executor.exchange.reach = 'no'
  await executor.clock.advance(30 * MINUTE)
  executor.exchange.reach = 'yes'
  await executor.clock.advance(19 * MINUTE)
  expect(executor.told()).toContain('notice stream_silent')
  expect(held(executor)).toMatchObject([{ closing: null }])
  await executor.clock.advance(2 * MINUTE)
  expect(held(executor)).toEqual([])
})

test('after a sleep the silence goes on from where it was, whatever was offline before', async () => {
  const executor = executorWith(20 * MINUTE)
  await executor.enter({ stopPrice: '58000' })
  executor.exchange.reach = 'no'
  await executor.clock.advance(30 * MINUTE)
  executor.exchange.reach = 'yes'
  await executor.clock.advance(10 * MINUTE)
  expect(executor.told()).toContain('notice stream_silent')
  executor.clock.setBack(-120 * MINUTE)
  await executor.clock.advance(9 * MINUTE)
  expect(held(executor)).toMatchObject([{ closing: null }])
  await executor.clock.advance(2 * MINUTE)
  expect(held(executor)).toEqual([])
})

test('a key that is revoked long after the start is no silence since then', async () => {
  const executor = executorWith(20 * MINUTE)
  await executor.enter({ stopPrice: '58000' })
  for (let head = 0; head < 4; head += 1) {
    await executor.clock.advance(10 * MINUTE)
    await executor.give(executor.head())
  }
  const { kid } = executor.head()
  const keyset = { version: 2, hash: 'h', root: 'r', iat: 1, exp: 9e9, revoked: [kid], news: '' }
  await executor.give({ type: 'keyset', provider: 'home', ...keyset })
  expect(executor.told()).toContain('notice key_revoked')
  await executor.clock.advance(10 * MINUTE)
  expect(held(executor)).toMatchObject([{ closing: null }])
  await executor.clock.advance(11 * MINUTE)
  expect(held(executor)).toEqual([])
})
