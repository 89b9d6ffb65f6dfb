// What the card shows.
import { expect, test } from 'vitest'
import { TestExecutor } from '../../testing/rig.ts'

test.each([
  ['1s', '1m'],
  ['1m', '1m'],
  ['4h', '4h'],
])('of a signal on candles of %s, the chart shows candles of %s', async (timeframe, shown) => {
  const executor = new TestExecutor({ approval: 'always' })
  const asked: string[] = []
  executor.exchange.candles = async (...[, wanted]: string[]) => {
    asked.push(wanted ?? '')
    return { ok: true, value: [[1, '1', '2', '1', '2']] } as const
  }
  await executor.enter({ candle: { timeframe, start: 1 } })
  expect(asked).toEqual([shown])
  const [card] = executor.reports.flatMap(({ event }) => (event.type === 'approval' ? [event] : []))
  expect(card).toMatchObject({ timeframe: shown })
})
