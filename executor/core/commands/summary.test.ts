// How the device stands, for a summary: what is held, what is used, and what is still wrong.
import { expect, test } from 'vitest'
import { TestExecutor } from '../../testing/rig.ts'

const DAY = 86_400

async function summaryOf(executor: TestExecutor, name = 'summary') {
  const until = executor.clock.now() / 1000 + 1
  const instruction = { do: 'summary', since: until - DAY, until } as const
  await executor.give(executor.command(instruction, name))
  const event = executor.reports.findLast((report) => report.event.type === 'answer')?.event
  if (event?.type !== 'answer' || event.answer.about !== 'summary') throw new Error('no summary')
  return event.answer
}

test('a device at rest has nothing to tell', async () => {
  expect(await summaryOf(new TestExecutor())).toMatchObject({
    results: [],
    state: 'running',
    positions: 0,
    held: [],
    limits: [],
    standing: [],
  })
})

test('what is held, used and wrong is told with what was sold', async () => {
  const executor = new TestExecutor()
  const { exchange, clock } = executor
  await executor.enter()
  exchange.price = '61200'
  await executor.give(executor.exit())
  await clock.advance(2_000)
  await executor.enter()
  exchange.price = '60588'
  exchange.skew = 1_500
  exchange.quoteAt = clock.now()
  executor.take({ type: 'tick' })
  const summary = await summaryOf(executor)
  expect(summary).toMatchObject({
    results: [{ key: 'all', currency: 'USDT', trades: 1, won: 1, negative: false }],
    positions: 1,
    unpriced: 0,
    held: [{ currency: 'USDT', negative: true }],
    standing: [{ code: 'clock_off', about: '', since: clock.now() / 1000 }],
  })
  expect(summary.limits.map(({ name }) => name)).toEqual(['limits.day', 'limits.orders_per_day'])
  expect(summary.curve.points).toHaveLength(1)
})

test('a provider that is silent and a market that is closed are still so', async () => {
  const executor = new TestExecutor()
  executor.take(executor.head())
  await executor.clock.advance(200_000)
  const { standing } = await summaryOf(executor)
  expect(standing).toMatchObject([{ code: 'stream_silent', about: 'demo' }])
})
