// A limit that is nearly used up is told once, and once when it is free again.
import { expect, test } from 'vitest'
import { policyOf, TestExecutor } from '../../testing/rig.ts'

function told(executor: TestExecutor): string[] {
  return executor.reports.flatMap(({ event }) =>
    event.type === 'notice' && event.code.startsWith('limit_')
      ? [`${event.code} ${event.message}`]
      : [],
  )
}

test('a day whose purchases are nearly used up is told once, over a restart too, and the next day it is free', async () => {
  const executor = new TestExecutor()
  const { limits } = executor.policy
  executor.policy = { ...executor.policy, limits: { ...limits, day: '350' } }
  await executor.enter({ size: { unit: 'quote', value: '279' } })
  await executor.clock.advance(20_000)
  executor.take({ type: 'tick' })
  expect(told(executor)).toEqual([])
  executor.policy = { ...executor.policy, limits: { ...limits, day: '340' } }
  await executor.clock.advance(20_000)
  executor.crash()
  await executor.clock.advance(20_000)
  expect(told(executor)).toEqual([
    expect.stringMatching(/^limit_near limits\.day: .*\(27\d\.\d+ of 340 USDT\)$/),
  ])
  await executor.clock.advance(86_400_000)
  executor.take({ type: 'tick' })
  expect(told(executor)).toEqual([
    expect.anything(),
    expect.stringMatching(/^limit_free limits\.day: /),
  ])
})

test('what wavers between four fifths and seven tenths is told once', async () => {
  const executor = new TestExecutor()
  const { limits } = executor.policy
  await executor.enter({ stopPrice: '50000' })
  for (const day_loss of ['10', '12', '10', '12.5']) {
    executor.policy = { ...executor.policy, limits: { ...limits, dayLoss: day_loss } }
    executor.exchange.price = '58200'
    await executor.clock.advance(1_000)
    executor.exchange.quoteAt = executor.clock.now()
    await executor.clock.advance(12_000)
    executor.take({ type: 'tick' })
  }
  expect(told(executor).map((line) => line.split(':')[0])).toEqual(['limit_near limits.day_loss'])
})

test('a limit of nothing, and one that the policy names no more, are no news', async () => {
  const executor = new TestExecutor()
  executor.policy = { ...executor.policy, limits: { ...executor.policy.limits, ordersPerDay: 0 } }
  executor.take({ type: 'tick' })
  expect(told(executor)).toEqual([])
  const streams = new Map(executor.policy.streams)
  for (const [name, one] of streams) streams.set(name, { ...one, lifetimeBudget: '310' })
  executor.policy = { ...policyOf(), streams }
  await executor.enter()
  await executor.clock.advance(20_000)
  executor.take({ type: 'tick' })
  expect(told(executor)).toEqual([expect.stringContaining('lifetime_budget of demo')])
  executor.policy = policyOf()
  await executor.clock.advance(20_000)
  executor.take({ type: 'tick' })
  expect(told(executor)).toHaveLength(1)
  expect(executor.state().portfolio.conditions).toEqual({})
})
