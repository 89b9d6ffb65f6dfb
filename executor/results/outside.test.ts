// What the trader pays in and takes out is no profit and no loss.
import type { Answer } from '@keyside/protocol'
import { expect, test } from 'vitest'
import { TestExecutor } from '../testing/rig.ts'

async function told(executor: TestExecutor): Promise<unknown> {
  const answers: Answer[] = []
  for (const instruction of [
    { do: 'results', by: 'period', curve: 0 },
    { do: 'limits' },
    { do: 'trades', limit: 20 },
  ] as const) {
    await executor.give(executor.command(instruction, `ask${executor.reports.length}`))
    const { event } = executor.reports.at(-1) ?? expect.fail('nothing was reported')
    if (event.type === 'answer') answers.push(event.answer)
  }
  const [results, limits, trades] = answers
  if (results?.about !== 'results' || limits?.about !== 'limits') throw new Error('no answer')
  const { curve, drawdown } = results
  // Its end is now.
  return { trades, rows: results.rows, drawdown, points: curve?.points, lost: limits.dayLoss }
}

test('a deposit and a withdrawal change no result, no curve, no drawdown and no loss of the day', async () => {
  const executor = new TestExecutor()
  await executor.enter({ size: { unit: 'base', value: '0.002' }, stopPrice: '55000' })
  await executor.give(executor.exit({ size: { unit: 'percent', value: '50' } }))
  executor.exchange.price = '58000'
  await executor.clock.advance(61_000)
  const before = await told(executor)
  expect(before).toMatchObject({
    rows: [{ key: 'today' }, { key: '7 days' }, { key: '30 days' }, { key: 'all' }],
    drawdown: { currency: 'USDT', used: expect.stringMatching(/[1-9]/) },
  })
  const balances = executor.exchange.balances.bind(executor.exchange)
  for (const [usdt, btc] of [
    ['250000', '3.5'],
    ['1', '0'],
  ] as const) {
    executor.exchange.own = btc
    executor.exchange.balances = () =>
      balances().map((row) => (row.currency === 'USDT' ? { ...row, free: usdt } : row))
    // Long enough for a comparison with the exchange.
    await executor.clock.advance(600_000)
    expect(await told(executor)).toEqual(before)
  }
  executor.close()
})
