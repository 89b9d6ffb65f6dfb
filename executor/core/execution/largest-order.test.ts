// The exchange takes no order above an amount: one stop has to hold all of a position, and it has to be left nevertheless.
import { expect, onTestFinished, test } from 'vitest'
import { TestExecutor } from '../../testing/rig.ts'

const ENTRY = { stopPrice: '58000', takeProfits: [{ price: '61000', percent: '100' }] }

/** It holds 0.00497 under a stop; `most` is the largest order from then on. */
async function holding(most: string): Promise<TestExecutor> {
  const executor = new TestExecutor()
  onTestFinished(() => executor.close())
  await executor.enter(ENTRY)
  setMost(executor, most)
  return executor
}

function setMost({ exchange }: TestExecutor, maxAmount: string): void {
  const rules = exchange.rules.bind(exchange)
  exchange.rules = (market) => {
    const known = rules(market)
    return known && { ...known, maxAmount }
  }
}

const amounts = ({ exchange }: TestExecutor, kind: 'limit' | 'stop_limit') =>
  exchange.sent
    .filter(({ side, type }) => side === 'sell' && type === kind)
    .map(({ amount }) => amount)
const positions = (executor: TestExecutor) => executor.state().portfolio.positions

test('an entry that no stop could hold together with what is there is refused', async () => {
  const executor = await holding('0.006')
  await executor.enter(ENTRY)
  expect(executor.told().at(-1)).toBe('refusal size_above_maximum')
  expect(Object.values(positions(executor))).toMatchObject([{ amount: '0.00497' }])
})

test('an entry that waits at the exchange counts among what is there', async () => {
  const executor = new TestExecutor()
  onTestFinished(() => executor.close())
  setMost(executor, '0.006')
  executor.exchange.mode = 'rests'
  const limit = { type: 'limit', limitPrice: '59000', stopPrice: '58000' } as const
  await executor.enter(limit)
  await executor.enter(limit)
  expect(executor.told().at(-1)).toBe('refusal size_above_maximum')
  expect(executor.exchange.accepted).toHaveLength(1)
})

test('what is larger than an order may be by now is sold one order after the other', async () => {
  const executor = await holding('0.002')
  await executor.give(executor.exit())
  await executor.clock.advance(5_000)
  expect(amounts(executor, 'limit')).toEqual(['0.002', '0.002', '0.00097'])
  expect(positions(executor)).toEqual({})
})

test('so is what the last take-profit sells', async () => {
  const executor = await holding('0.003')
  executor.exchange.price = '61000'
  await executor.clock.advance(5_000)
  expect(amounts(executor, 'limit')).toEqual(['0.003', '0.00197'])
  expect(positions(executor)).toEqual({})
})

test('a trader who closes it is shown all of it, and all of it is sold', async () => {
  const executor = await holding('0.003')
  await executor.give(executor.command({ do: 'close', percent: 100 }))
  const event = executor.reports.at(-1)?.event
  const answer = event?.type === 'answer' ? event.answer : null
  if (answer?.about !== 'close') throw new Error('no question was asked')
  expect(answer.rows).toMatchObject([{ held: '0.00497', amount: '0.00497' }])
  const { shown } = answer
  await executor.give(executor.command({ do: 'close', percent: 100, shown }, 'yes'))
  await executor.clock.advance(5_000)
  expect(positions(executor)).toEqual({})
})

test('a stop that holds more than another could stays', async () => {
  const executor = await holding('0.003')
  await executor.clock.advance(20_000)
  expect(amounts(executor, 'stop_limit')).toEqual(['0.00497'])
  expect(executor.told()).not.toContain('notice stop_failed')
})

test('a stop in the place of one that is gone holds as much as it may, and the rest is told', async () => {
  const executor = await holding('0.003')
  for (const shown of executor.exchange.orders.values())
    if (shown.status === 'open') shown.status = 'canceled'
  await executor.clock.advance(5_000)
  expect(amounts(executor, 'stop_limit')).toEqual(['0.00497', '0.003'])
  const notices = executor.reports.flatMap(({ event }) =>
    event.type === 'notice' && event.code === 'stop_failed' ? [event.message] : [],
  )
  expect(notices).toEqual([expect.stringContaining('only 0.003 of 0.00497 has one')])
})
