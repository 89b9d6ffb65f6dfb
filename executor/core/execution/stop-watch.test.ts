// Two hundred stops are watched for what one costs, and what becomes of any of them is known within two seconds.
import { expect, test, vi } from 'vitest'
import type { ShownOrder } from '../../testing/fake-exchange.ts'
import { RULES } from '../../testing/fake-exchange.ts'
import { TestExecutor } from '../../testing/rig.ts'

const STOPS = 200
/** One object for as long as nothing changes, as an adapter has it. */
const MANY_STOPS = { ...RULES, stop: { holds: 'coins', max: null } } as const
const MINUTE = 60_000

/** Each of its own stream. */
async function withStops(count: number): Promise<TestExecutor> {
  const streams = Array.from({ length: count }, (_, index) => `s${index}`)
  const executor = new TestExecutor()
  const { policy } = executor
  const [plan] = policy.streams.values()
  if (plan === undefined) throw new Error('the policy has no stream')
  executor.policy = {
    ...policy,
    streams: new Map(streams.map((name) => [`home/${name}`, plan])),
    limits: { ...policy.limits, position: '100000', hour: '100000', day: '100000' },
  }
  executor.exchange.rules = (market) => (market === 'BTC/USDT' ? MANY_STOPS : null)
  await executor.clock.advance(1_000)
  for (const stream of streams) {
    await executor.enterFrom(stream)
    await executor.clock.advance(400)
  }
  await executor.clock.advance(5_000)
  expect(stopsOf(executor)).toHaveLength(count)
  return executor
}

function stopsOf({ exchange }: TestExecutor): readonly ShownOrder[] {
  return [...exchange.orders.values()].filter(
    ({ order, status }) => order.type === 'stop_limit' && status === 'open',
  )
}

function only<T>(all: readonly T[], at: number): T {
  const one = all[at]
  if (one === undefined) throw new Error(`there is no number ${at}`)
  return one
}

const isKnown = (executor: TestExecutor, { order }: ShownOrder) =>
  !(order.clientOrderId in executor.state().portfolio.orders)

async function questionsOf(count: number) {
  const executor = await withStops(count)
  const find = vi.spyOn(executor.exchange, 'find')
  const list = vi.spyOn(executor.exchange, 'openOrders')
  await executor.clock.advance(MINUTE)
  executor.close()
  // Those of the whole account are the account watch's.
  const lists = list.mock.calls.filter(([market]) => market !== null)
  return { find: find.mock.calls.length, list: lists.length }
}

test('many stops cost the questions that one costs', async () => {
  const one = await questionsOf(1)
  const many = await questionsOf(24)
  expect(one.find + many.find).toBe(0)
  expect(one.list).toBeGreaterThan(36)
  expect(one.list).toBeLessThan(44)
  expect(Math.abs(many.list - one.list)).toBeLessThan(3)
})

test(`a fill of one among ${STOPS} stops is known within 2 s`, async () => {
  const executor = await withStops(STOPS)
  const find = vi.spyOn(executor.exchange, 'find')
  for (const at of [0, 77, STOPS - 1]) {
    const stop = only(stopsOf(executor), Math.min(at, stopsOf(executor).length - 1))
    executor.exchange.fill(stop.order.clientOrderId, stop.order.amount, 'filled')
    await executor.clock.advance(2_000)
    expect(isKnown(executor, stop), `number ${at}`).toBe(true)
  }
  expect(find.mock.calls.length, 'only those that are gone are looked up').toBe(3)
  executor.close()
})

test('one that was canceled elsewhere is known as early, and its position gets another', async () => {
  const executor = await withStops(3)
  const stop = only(stopsOf(executor), 1)
  stop.status = 'canceled'
  await executor.clock.advance(2_500)
  expect(isKnown(executor, stop)).toBe(true)
  expect(executor.told()).toContain('stop canceled canceled_elsewhere')
  expect(stopsOf(executor)).toHaveLength(3)
  executor.close()
})

test('a part that was filled is seen in the list', async () => {
  const executor = await withStops(1)
  const stop = only(stopsOf(executor), 0)
  executor.exchange.fill(stop.order.clientOrderId, '0.0003', 'open')
  await executor.clock.advance(2_000)
  expect(executor.state().portfolio.orders[stop.order.clientOrderId]?.filled).toBe('0.0003')
  executor.close()
})

test('a list that lags takes no stop for gone: by its id it is found', async () => {
  const executor = await withStops(2)
  executor.exchange.viewLagMs = 8_000
  const { openOrders } = executor.exchange
  executor.exchange.openOrders = async () => ({ ok: true, value: [] })
  const find = vi.spyOn(executor.exchange, 'find')
  await executor.clock.advance(6_000)
  expect(find.mock.calls.length).toBeGreaterThan(2)
  executor.exchange.openOrders = openOrders.bind(executor.exchange)
  await executor.clock.advance(3_000)
  find.mockClear()
  await executor.clock.advance(MINUTE)
  expect(find).not.toHaveBeenCalled()
  expect(stopsOf(executor)).toHaveLength(2)
  expect(executor.told().filter((one) => one.includes('vanished'))).toEqual([])
  executor.close()
})

test('a question that is not answered is asked again, and loses nothing', async () => {
  const executor = await withStops(1)
  const stop = only(stopsOf(executor), 0)
  const { openOrders } = executor.exchange
  executor.exchange.openOrders = async () => ({ ok: false, message: 'no answer' })
  executor.exchange.fill(stop.order.clientOrderId, stop.order.amount, 'filled')
  await executor.clock.advance(20_000)
  expect(isKnown(executor, stop)).toBe(false)
  executor.exchange.openOrders = openOrders.bind(executor.exchange)
  await executor.clock.advance(4_100)
  expect(isKnown(executor, stop)).toBe(true)
  executor.close()
})

test('after a restart all of them are in the first list', async () => {
  const executor = await withStops(5)
  const stop = only(stopsOf(executor), 3)
  executor.stop()
  executor.exchange.fill(stop.order.clientOrderId, stop.order.amount, 'filled')
  const find = vi.spyOn(executor.exchange, 'find')
  executor.crash()
  await executor.clock.advance(500)
  expect(isKnown(executor, stop)).toBe(true)
  expect(find).toHaveBeenCalledTimes(1)
  executor.close()
})

test('a stop on a market that the exchange has no more is asked about alone', async () => {
  const executor = await withStops(2)
  const find = vi.spyOn(executor.exchange, 'find')
  executor.exchange.rules = () => ({ ...RULES, status: 'gone' })
  await executor.clock.advance(10_000)
  expect(find.mock.calls.length).toBeGreaterThan(7)
  executor.close()
})
