import { expect, test } from 'vitest'
import { allRows, toEvent } from '../../journal/journal.ts'
import { TestExecutor } from '../../testing/rig.ts'
import { apply } from './apply.ts'

test('the same trade twice changes nothing', async () => {
  const executor = new TestExecutor()
  await executor.enter()
  const events = [...allRows(executor.journal.database())].map(toEvent)
  const at = events.findIndex(({ type }) => type === 'fill')
  const fill = events[at]
  if (fill === undefined) throw new Error('nothing was filled')
  const before = new TestExecutor().journal.fold()
  const portfolio = events.slice(1, at + 1).reduce(apply, before)
  expect(apply(portfolio, fill)).toEqual(portfolio)
})

test('a fee taken in base is no longer held', async () => {
  const executor = new TestExecutor()
  const { view } = executor.exchange
  executor.exchange.view = (shown) => {
    const seen = view.call(executor.exchange, shown)
    const fee = { amount: '0.00000497', currency: 'BTC' }
    return { ...seen, fills: seen.fills.map((fill) => ({ ...fill, fee })) }
  }
  await executor.enter({ stopPrice: '58000' })
  expect(Object.values(executor.state().portfolio.positions)).toMatchObject([
    { amount: '0.00496503' },
  ])
  expect(executor.exchange.accepted[1]).toMatchObject({ type: 'stop_limit', amount: '0.00496' })
})

test("a stream's number never goes back", () => {
  const { portfolio } = new TestExecutor().state()
  const to = (seq: number) =>
    ({
      type: 'baselined',
      stream: 'home/demo',
      kid: 'a',
      seq,
      hash: 'x',
      iat: 1,
      missed: 0,
      at: 1,
    }) as const
  expect(() => apply(apply(portfolio, to(5)), to(4))).toThrow(/back/)
})

test('a fact about an order that does not exist is a bug', () => {
  const { portfolio } = new TestExecutor().state()
  expect(() =>
    apply(portfolio, { type: 'step', clientOrderId: 'x', event: 'submit', at: 1 }),
  ).toThrow()
})
