// An order that was taken and that no answer shows any more, because the device was off for longer than the exchange keeps it.
import { expect, test } from 'vitest'
import type { ShownOrder } from '../../testing/fake-exchange.ts'
import { TestExecutor } from '../../testing/rig.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
/** No exchange forgets as soon: hours of looks every second and a half would take long to live through. */
const RETENTION = { unfilledMs: 4 * MINUTE, filledMs: 20 * MINUTE, fillsMs: 90 * MINUTE }

/** A position under its stop, noted now and then for `forMs`. The lists forget the stop; its fills are known by its number. */
async function holding(forMs = 10 * SECOND) {
  const executor = new TestExecutor()
  const { exchange } = executor
  exchange.retention = RETENTION
  await executor.enter({ stopPrice: '58000' })
  await executor.clock.advance(forMs)
  const name = exchange.accepted.at(-1)?.clientOrderId ?? ''
  const kept = exchange.orders.get(name)
  if (kept?.order.type !== 'stop_limit') throw new Error('no stop rests')
  exchange.fills = async (_, exchangeId) => {
    const ours = kept.exchangeId === exchangeId ? kept.fills : []
    return { ok: true, value: [...ours] }
  }
  return { executor, exchange, name, kept }
}

type Holding = Awaited<ReturnType<typeof holding>>

/** Off for so long; `meanwhile` something happens to the stop, and nothing shows it any more. */
async function away(
  { executor, exchange, name, kept }: Holding,
  ms: number,
  meanwhile: (stop: ShownOrder) => void = () => undefined,
): Promise<void> {
  executor.stop()
  await executor.clock.advance(ms)
  meanwhile(kept)
  exchange.orders.delete(name)
  exchange.quoteAt = executor.clock.now()
  executor.crash()
  await executor.clock.advance(10 * SECOND)
}

function vanished(executor: TestExecutor): number {
  return executor.told().filter((one) => one === 'notice order_vanished').length
}

test('a stop that filled while the device was off, and that every list has forgotten, is found by its number', async () => {
  const held = await holding()
  const { executor, exchange, name } = held
  await away(held, 30 * MINUTE, ({ order }) => exchange.fill(name, order.amount, 'filled'))
  expect(executor.told()).toContain('stop filled')
  expect(executor.state().portfolio).toMatchObject({ positions: {}, orders: {} })
  expect(vanished(executor)).toBe(0)
})

test('fills that add up to the whole are enough, however short a time the device was off', async () => {
  const held = await holding()
  const { executor, exchange, name } = held
  await away(held, MINUTE, ({ order }) => exchange.fill(name, order.amount, 'filled'))
  expect(executor.told()).toContain('stop filled')
})

test('a stop that went without a trade is over, and what it protected stands under another within seconds', async () => {
  const held = await holding()
  const { executor, exchange, name } = held
  await away(held, 7 * MINUTE)
  expect(executor.told()).toContain('stop canceled canceled_elsewhere')
  const [report] = executor.reports.flatMap(({ event }) =>
    event.type === 'order' && event.status === 'canceled' ? [event.message ?? ''] : [],
  )
  expect(report).toContain('the exchange no longer keeps the order')
  const resting = [...exchange.orders.values()].filter(({ status }) => status === 'open')
  expect(resting).toMatchObject([{ order: { type: 'stop_limit', amount: held.kept.order.amount } }])
  expect(resting[0]?.order.clientOrderId).not.toBe(name)
  expect(vanished(executor)).toBe(0)
})

test('one that filled in part and is gone is over with that part', async () => {
  const held = await holding()
  const { executor, exchange, name } = held
  await away(held, 30 * MINUTE, () => exchange.fill(name, '0.002', 'canceled'))
  expect(executor.told()).toContain('stop canceled canceled_elsewhere')
  const [position] = Object.values(executor.state().portfolio.positions)
  expect(position?.amount).toBe('0.00297')
})

test('of an order with fills the exchange keeps longer: until then nothing is concluded', async () => {
  const held = await holding()
  const { executor, exchange, name } = held
  await away(held, 7 * MINUTE, () => exchange.fill(name, '0.002', 'canceled'))
  expect(executor.told()).not.toContain('stop canceled canceled_elsewhere')
  expect(executor.told().filter((one) => one === 'stop partially_filled')).toHaveLength(1)
  expect(vanished(executor)).toBe(1)
})

const OPEN: readonly [string, number, (held: Holding) => void][] = [
  [
    'the device was off for less than the exchange keeps what is over',
    4.5 * MINUTE,
    () => undefined,
  ],
  [
    'the exchange does not list its fills',
    7 * MINUTE,
    ({ exchange }) => {
      exchange.fills = async () => ({ ok: false, message: 'no answer' })
    },
  ],
  ['fills from its first day are no longer kept', 91 * MINUTE, () => undefined],
  [
    "the exchange's time is not known",
    7 * MINUTE,
    ({ exchange }) => {
      exchange.skew = null
    },
  ],
]

test.each(OPEN)(
  'nothing is concluded, and it is told every minute, where %s',
  async (_, ms, change) => {
    const held = await holding()
    const { executor, name } = held
    change(held)
    await away(held, ms)
    await executor.clock.advance(5 * MINUTE)
    expect(vanished(executor)).toBeGreaterThanOrEqual(5)
    expect(executor.state().portfolio.orders[name]?.state).toBe('accepted')
  },
)

test('one that went while it was looked at stays an open question, also after a time without the device', async () => {
  const held = await holding(5 * MINUTE)
  const { executor, exchange, name } = held
  exchange.orders.delete(name)
  await executor.clock.advance(MINUTE)
  expect(vanished(executor)).toBe(1)
  await away(held, 30 * MINUTE)
  expect(executor.state().portfolio.orders[name]?.state).toBe('accepted')
  expect(vanished(executor)).toBe(2)
})

test('that it is there is journaled a few times in the time that the exchange keeps it, and no more', async () => {
  const { executor, exchange, name, kept } = await holding(5 * MINUTE + 10 * SECOND)
  const noted = () =>
    executor.journal
      .database()
      .prepare("SELECT count(*) AS n FROM events WHERE type = 'order_seen'")
      .get()
  expect(noted()).toEqual({ n: 5 })
  exchange.orders.delete(name)
  await executor.clock.advance(20 * SECOND)
  exchange.orders.set(name, kept)
  await executor.clock.advance(10 * SECOND)
  expect(executor.state().portfolio.orders[name]?.seen.missing).toBe(0)
  expect(noted()).toEqual({ n: 7 })
})

test('one that was seen last while nobody knew the time stays an open question', async () => {
  const held = await holding()
  const { executor, exchange, name } = held
  exchange.skew = null
  await executor.clock.advance(MINUTE)
  executor.stop()
  exchange.skew = 0
  await away(held, 30 * MINUTE)
  expect(executor.state().portfolio.orders[name]?.state).toBe('accepted')
  expect(vanished(executor)).toBe(1)
})

test('by a clock that is ahead and not yet compared nothing seems to be unseen for long', async () => {
  const held = await holding()
  const { executor, exchange, name } = held
  exchange.skew = null
  // Two minutes were enough to lose it, and the device's clock says half an hour.
  await away(held, 30 * MINUTE)
  exchange.skew = -28 * MINUTE
  await executor.clock.advance(2 * MINUTE)
  expect(executor.state().portfolio.orders[name]?.state).toBe('accepted')
  expect(vanished(executor)).toBeGreaterThan(1)
})

test('while the time is not known nothing is concluded from what was noted when it was', async () => {
  const held = await holding()
  const { executor, exchange, name } = held
  const { fills } = exchange
  exchange.fills = async () => ({ ok: false, message: 'no answer' })
  // By the exchange's time its fills are no longer kept from its first day; the device's clock is behind.
  exchange.skew = 30 * MINUTE
  await away(held, 70 * MINUTE)
  Object.assign(exchange, { fills, skew: null })
  await executor.clock.advance(MINUTE)
  expect(executor.state().portfolio.orders[name]?.state).toBe('accepted')
})

test('that its cancel is answered as if it were there does not put off what is asked about it', async () => {
  const held = await holding()
  const { executor, exchange, name } = held
  exchange.viewLagMs = 10 * SECOND
  // While nothing else is under way about it.
  exchange.cancel = () =>
    new Promise((done) =>
      executor.clock.after(SECOND / 5, () => done({ ok: true, value: 'canceled' })),
    )
  exchange.orders.delete(name)
  await executor.give({ type: 'halt', by: 'device', positions: 'sell' })
  await executor.clock.advance(30 * SECOND)
  expect(vanished(executor)).toBe(1)
})

test('after a time without the exchange it is the same', async () => {
  const held = await holding()
  const { executor, exchange, name } = held
  const { openOrders, find } = exchange
  exchange.openOrders = async () => ({ ok: false, message: 'no answer' })
  exchange.find = async () => ({ outcome: 'unknown', message: 'no answer' })
  await executor.clock.advance(7 * MINUTE)
  exchange.orders.delete(name)
  Object.assign(exchange, { openOrders, find })
  await executor.clock.advance(30 * SECOND)
  expect(executor.told()).toContain('stop canceled canceled_elsewhere')
})

test('an order whose fills are all here is over, although the exchange still lists it as open', async () => {
  const { executor, exchange, name, kept } = await holding()
  exchange.fill(name, kept.order.amount, 'open')
  await executor.clock.advance(5 * SECOND)
  expect(executor.told()).toContain('stop filled')
  expect(executor.state().portfolio).toMatchObject({ positions: {}, orders: {} })
})
