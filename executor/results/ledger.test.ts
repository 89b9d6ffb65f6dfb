// Every sale with what it brought, against sums that are done here by hand, and against what the trader was told.
import { expect, test } from 'vitest'
import { ledgerOf } from '../journal/results.ts'
import { TestExecutor } from '../testing/rig.ts'

const tradesOf = (executor: TestExecutor) => ledgerOf(executor.journal.database()).trades()

/** The last result that was told of each sale. */
function told(executor: TestExecutor) {
  const results = new Map<string, unknown>()
  for (const { event } of executor.reports)
    if (event.type === 'order' && event.result !== undefined)
      results.set(event.order.clientOrderId, event.result)
  return results
}

test('the oldest purchase is sold first, and trader and ledger are told the same', async () => {
  const executor = new TestExecutor()
  await executor.enter({ size: { unit: 'base', value: '0.002' } })
  executor.exchange.price = '50000'
  await executor.enter({ size: { unit: 'base', value: '0.002' } })
  executor.exchange.price = '55000'
  await executor.give(executor.exit({ size: { unit: 'percent', value: '75' } }))
  await executor.give(executor.exit())
  const trades = tradesOf(executor)
  // 0.002 at 60,000 and half of 0.002 at 50,000; then the other half.
  expect(trades).toMatchObject([
    {
      number: 1,
      amount: '0.003',
      cost: '170',
      proceeds: '165',
      result: { gain: '5', negative: true },
    },
    {
      number: 2,
      amount: '0.001',
      cost: '50',
      proceeds: '55',
      result: { gain: '5', negative: false },
    },
  ])
  expect(told(executor)).toEqual(
    new Map(trades.map(({ clientOrderId, result }) => [clientOrderId, result])),
  )
  executor.close()
})

test('a stop is a stop, and what a trailing stop has sold is called that', async () => {
  for (const [exits, reason] of [
    [{}, 'stop'],
    [{ trailingStop: { percent: '2' } }, 'trailing_stop'],
  ] as const) {
    const executor = new TestExecutor()
    await executor.enter({ stopPrice: '58000', ...exits })
    executor.exchange.price = '66000'
    await executor.clock.advance(5_000)
    const stop = executor.exchange.accepted.at(-1)?.clientOrderId ?? ''
    executor.exchange.price = '57000'
    executor.exchange.fill(stop, '0.00497', 'filled')
    await executor.clock.advance(5_000)
    expect(tradesOf(executor).at(-1)).toMatchObject({ reason })
    executor.close()
  }
})
