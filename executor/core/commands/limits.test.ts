// What is said of the limits is what the rules count.
import { expect, test } from 'vitest'
import { policyOf, TestExecutor } from '../../testing/rig.ts'

async function limitsOf(executor: TestExecutor) {
  await executor.give(executor.command({ do: 'limits' }, `ask ${executor.reports.length}`))
  const event = executor.reports.at(-1)?.event
  if (event?.type !== 'answer' || event.answer.about !== 'limits') throw new Error('no limits')
  return event.answer
}

test('before the first order nothing is used, and nothing is lost', async () => {
  const executor = new TestExecutor()
  expect(await limitsOf(executor)).toMatchObject({
    currency: 'USDT',
    order: '500',
    hour: { used: '0', limit: '2000' },
    day: { used: '0', limit: '2000' },
    ordersToday: { used: 0, limit: 10_000 },
    dayLoss: { used: '0', limit: '100000', day: 'open' },
    drawdown: { used: '0', limit: '100000' },
    streams: [{ stream: 'home/demo', used: '0', limit: '1000' }],
    markets: [],
  })
  executor.close()
})

test('an entry that is filled or waits for an answer is used, and a fall is lost', async () => {
  const executor = new TestExecutor({ approval: 'always' })
  await executor.enter()
  const waiting = await limitsOf(executor)
  expect(waiting.day.used).toBe(waiting.streams[0]?.used)
  expect(waiting.ordersToday.used).toBe(1)
  expect(waiting.ordersThisMinute.used).toBe(0)
  await executor.give(executor.approval(executor.card()))
  executor.exchange.price = '59000'
  await executor.clock.advance(5_000)
  const held = await limitsOf(executor)
  // 0.00498 at 60,000, now at 59,000.
  expect(held).toMatchObject({
    ordersThisMinute: { used: 1 },
    dayLoss: { used: '4.98' },
    drawdown: { used: '4.98' },
    streams: [{ used: '298.8' }],
    markets: [{ market: 'BTC/USDT', used: '298.8' }],
  })
  expect(held.hour.used).toBe(held.day.used)
  await executor.clock.advance(60_000)
  expect((await limitsOf(executor)).ordersThisMinute.used).toBe(0)
  executor.close()
})

test('the rule refuses exactly what goes beyond what is said to be left', async () => {
  for (const [more, filled] of [
    ['0', 2],
    ['1', 1],
  ] as const) {
    const executor = new TestExecutor()
    await executor.enter()
    const { day, order } = await limitsOf(executor)
    const next = Number(day.used) * 2
    executor.policy = {
      ...executor.policy,
      limits: { ...executor.policy.limits, day: String(next - Number(more)), order },
    }
    await executor.clock.advance(1_000)
    await executor.enter()
    expect(executor.told().filter((line) => line === 'entry filled')).toHaveLength(filled)
    executor.close()
  }
})

test('a lifetime budget is told with what was spent, and without a price no loss is claimed', async () => {
  const executor = new TestExecutor()
  const streams = new Map(policyOf().streams)
  for (const [name, stream] of streams) streams.set(name, { ...stream, lifetimeBudget: '5000' })
  executor.policy = { ...executor.policy, streams }
  await executor.enter()
  const { streams: rows, day } = await limitsOf(executor)
  expect(rows).toMatchObject([{ spent: day.used, budget: '5000' }])
  executor.exchange.quote = () => null
  expect((await limitsOf(executor)).dayLoss).toEqual({ limit: '100000', day: 'open' })
  executor.close()
})
