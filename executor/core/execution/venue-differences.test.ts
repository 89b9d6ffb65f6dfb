// What differs from venue to venue: how late an order shows, and what becomes of a stop on the wrong side.
import { expect, test } from 'vitest'
import { TestExecutor } from '../../testing/rig.ts'
import type { Order } from '../model/order.ts'
import { EMPTY_PORTFOLIO } from '../model/state.ts'
import { findDiscrepancies } from './discrepancies.ts'

test('an order that may show late is called not placed that much later', async () => {
  const executor = new TestExecutor()
  executor.exchange.viewLagMs = 7_000
  executor.exchange.mode = 'lost_before'
  await executor.enter()
  await executor.clock.advance(38_900)
  expect(executor.told()).not.toContain('entry not_placed order_not_placed')
  await executor.clock.advance(200)
  expect(executor.told().at(-1)).toBe('entry not_placed order_not_placed')
  expect(executor.exchange.sent).toHaveLength(1)
})

test.each([
  [0, 1],
  [60_000, 0],
])(
  'an order that is not shown for a while has vanished, at a lag of %i ms %i time',
  async (lag, times) => {
    const executor = new TestExecutor()
    executor.exchange.viewLagMs = lag
    await executor.enter({ stopPrice: '58000' })
    const stop = executor.exchange.accepted.at(-1)?.clientOrderId ?? ''
    executor.exchange.orders.delete(stop)
    await executor.clock.advance(30_000)
    const vanished = executor.told().filter((one) => one === 'notice order_vanished')
    expect(vanished.length).toBe(times)
  },
)

test('a stop that the exchange shows as waiting for a rise is taken off, and the position is sold', async () => {
  const executor = new TestExecutor()
  const { exchange } = executor
  const view = exchange.view.bind(exchange)
  exchange.view = (shown) =>
    shown.order.type === 'stop_limit' ? { ...view(shown), triggers: 'at_or_above' } : view(shown)
  await executor.enter({ stopPrice: '58000' })
  await executor.clock.advance(2_000)
  expect(exchange.sent.map(({ side, type }) => `${side} ${type}`)).toEqual([
    'buy limit',
    'sell stop_limit',
    'sell limit',
  ])
  const [, stop] = exchange.sent
  expect(exchange.orders.get(stop?.clientOrderId ?? '')?.status).toBe('canceled')
})

test.each([
  ['coins', '1'],
  ['nothing', '0.7'],
])(
  "beside a stop that holds %s, locked coins are somebody else's where it does not hold them: %s are ours",
  (holds, there) => {
    const stop = {
      kind: 'stop',
      state: 'accepted',
      filled: '0',
      intent: { market: 'BTC/USDT' },
      planned: { holds, request: { side: 'sell', amount: '0.3' } },
    } as unknown as Order
    const seen = { exchangeBalance: '1', used: '0.3', observed: [], next: 0 }
    expect(
      findDiscrepancies({ ...EMPTY_PORTFOLIO, orders: { stop } }, 'BTC/USDT', seen).there,
    ).toBe(there)
  },
)
