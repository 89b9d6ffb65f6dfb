// The whole story of a sale: what the journal says of it, on the candles that the exchange gave.
import type { Answer } from '@keyside/protocol'
import { expect, test } from 'vitest'
import { START, TestExecutor } from '../testing/rig.ts'
import { windowOf } from './sale-story.ts'

async function ask(executor: TestExecutor, number?: number): Promise<Answer> {
  await executor.give(
    executor.command({ do: 'trade', ...(number && { number }) }, `ask${executor.reports.length}`),
  )
  const { event } = executor.reports.at(-1) ?? expect.fail('nothing was reported')
  return event.type === 'answer' ? event.answer : expect.fail('no answer')
}

/** Bought, its stop moved up twice, and sold by it. */
async function stoppedOut(): Promise<TestExecutor> {
  const executor = new TestExecutor()
  const reason = 'ema(12) crossed above ema(26)'
  await executor.enter({ stopPrice: '58000', trailingStop: { percent: '2' }, reason })
  for (const price of ['63000', '66000']) {
    executor.exchange.price = price
    await executor.clock.advance(15_000)
  }
  const stop = executor.exchange.accepted.at(-1)?.clientOrderId ?? ''
  executor.exchange.price = '64000'
  executor.exchange.fill(stop, '0.00497', 'filled')
  await executor.clock.advance(5_000)
  return executor
}

test('a sale is told with the reasons for both, each place of its stop, and candles from before its purchase on', async () => {
  const executor = await stoppedOut()
  const asked: unknown[] = []
  executor.exchange.candles = async (...question: unknown[]) => {
    asked.push(question)
    return { ok: true, value: [[START / 1000, '60000', '60010', '59990', '60005', '7'] as never] }
  }
  const answer = await ask(executor, 1)
  if (answer.about !== 'trade') throw new Error('no sale')
  expect(answer).toMatchObject({
    row: { number: 1, reason: 'trailing_stop' },
    of: 1,
    bought: 'ema(12) crossed above ema(26)',
    sold: 'stop',
    timeframe: '1m',
    candles: [[START / 1000, '60000', '60010', '59990', '60005']],
  })
  expect(answer.stops.map(([, price]) => price)).toEqual(['58800', '61740', '64680'])
  const times = answer.stops.map(([at]) => at)
  expect(times).toEqual(times.toSorted((a, b) => a - b))
  expect(asked).toEqual([['BTC/USDT', '1m', 60, expect.any(Number)]])
  const [[, , , since] = []] = asked as number[][]
  expect(since).toBeLessThan(START - 20 * 60_000)
  executor.close()
})

test('without candles the rest is told, and a sale that is not there is said with how many there are', async () => {
  const executor = await stoppedOut()
  executor.exchange.candles = async () => ({ ok: false, message: 'gone' })
  expect(await ask(executor)).toMatchObject({ about: 'trade', row: { number: 1 }, candles: [] })
  expect(await ask(executor, 2)).toEqual({ about: 'trades', rows: [], of: 1 })
  executor.close()
})

test('a stop of an earlier position is not this sale’s', async () => {
  const executor = await stoppedOut()
  executor.exchange.price = '60000'
  await executor.enter({ stopPrice: '57000' })
  await executor.give(executor.exit({ reason: 'turned' }))
  const answer = await ask(executor, 2)
  expect(answer).toMatchObject({ row: { number: 2, reason: 'exit' }, sold: 'turned' })
  expect(answer.about === 'trade' && answer.stops.map(([, price]) => price)).toEqual(['57000'])
  executor.close()
})

test.for<[string, number, string]>([
  ['no time', 0, '1m'],
  ['40 minutes', 40 * 60_000, '1m'],
  ['45 minutes', 45 * 60_000, '5m'],
  ['3 days', 3 * 86_400_000, '4h'],
  ['6 years', 6 * 365 * 86_400_000, '1w'],
])('what was held for %s is in the window, with some before', ([_, held, timeframe]) => {
  const window = windowOf({ opened: START, closed: START + held })
  const minutes = { '1m': 1, '5m': 5, '4h': 240, '1w': 10_080 }[timeframe] ?? 0
  expect(window.timeframe).toBe(timeframe)
  expect(window.from).toBeLessThan(START)
  expect(window.from % (minutes * 60_000)).toBe(0)
  const end = window.from + 60 * minutes * 60_000
  if (held < 5 * 365 * 86_400_000) expect(end).toBeGreaterThan(START + held)
})
