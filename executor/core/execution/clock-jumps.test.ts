import { expect, test } from 'vitest'
import { TestExecutor } from '../../testing/rig.ts'

const HOURS = 7_200_000
const MINUTE = 60_000

test('an unknown order is asked about and found although the clock was set back by hours', async () => {
  const executor = new TestExecutor()
  executor.exchange.mode = 'lost_after'
  executor.exchange.lookups = 'silent'
  await executor.enter()
  executor.clock.setBack(HOURS)
  executor.exchange.lookups = 'honest'
  await executor.clock.advance(2 * MINUTE)
  expect(executor.told().at(-1)).toBe('entry filled')
})

test('an order that was lost before the clock was set back is proved not placed after its whole window', async () => {
  const executor = new TestExecutor()
  executor.exchange.mode = 'lost_before'
  await executor.enter()
  await executor.clock.advance(29_000)
  executor.clock.setBack(HOURS)
  await executor.clock.advance(29_000)
  expect(executor.state().portfolio.orders).not.toEqual({})
  await executor.clock.advance(2 * MINUTE)
  expect(executor.told().at(-1)).toBe('entry not_placed order_not_placed')
})

test('refusals that were only counted are summed up within a minute of the clock being set back', async () => {
  const executor = new TestExecutor()
  for (let count = 0; count < 30; count += 1)
    executor.take({ type: 'invalid_message', code: 'token_malformed', message: 'no', topic: 'x' })
  executor.clock.setBack(HOURS)
  await executor.clock.advance(2 * MINUTE)
  expect(executor.told().filter((line) => line === 'notice refusals_many')).toHaveLength(1)
})

test('a command counts once although the clock was ahead of its end in between', async () => {
  const executor = new TestExecutor()
  const pause = executor.command({ do: 'pause' }, 'one')
  await executor.give(pause)
  await executor.clock.advance(MINUTE + 5_000)
  await executor.give(executor.command({ do: 'resume' }, 'two'))
  executor.clock.setBack(MINUTE)
  await executor.give(pause)
  expect(executor.state().portfolio.trading).toBe('running')
})

test('a clock that goes back again and again does not put off the alarm of an unknown order', async () => {
  const executor = new TestExecutor()
  executor.exchange.mode = 'lost_after'
  executor.exchange.lookups = 'silent'
  await executor.enter()
  for (let time = 0; time < 3; time += 1) {
    await executor.clock.advance(40_000)
    executor.clock.setBack(20_000)
  }
  await executor.clock.advance(1_000)
  expect(executor.told()).toContain('notice order_unknown')
})

test('a clock that leaps ahead, or a device that slept, is no silence of the provider and sells nothing', async () => {
  const executor = new TestExecutor()
  Object.assign(executor, { policy: { ...executor.policy, closeOnSilenceMs: HOURS / 2 } })
  await executor.enter({ stopPrice: '58000' })
  await executor.clock.advance(1_000)
  executor.clock.setBack(-HOURS)
  await executor.clock.advance(2_000)
  expect(Object.values(executor.state().portfolio.positions)).toMatchObject([{ closing: null }])
  await executor.give(executor.head())
  executor.exchange.quoteAt = executor.clock.now()
  await executor.give(executor.signal({ size: { unit: 'quote', value: '50' } }))
  expect(executor.told(), 'and the next signal is followed').toContain('entry filled')
})

test.each([MINUTE, HOURS])(
  'a clock that leaps ahead proves no order away before its window is over: %i ms',
  async (leap) => {
    const executor = new TestExecutor()
    executor.exchange.mode = 'lost_before'
    await executor.enter({ stopPrice: '58000' })
    await executor.clock.advance(1_000)
    executor.clock.setBack(-leap)
    await executor.clock.advance(20_000)
    expect(executor.told()).not.toContain('entry not_placed order_not_placed')
    await executor.clock.advance(MINUTE)
    expect(executor.told().at(-1)).toBe('entry not_placed order_not_placed')
  },
)

test('an entry that waits for a sign of life is refused when the clock is set back, and not sent when its time comes again', async () => {
  const executor = new TestExecutor()
  await executor.give(executor.signal({ stopPrice: '58000' }))
  expect(Object.values(executor.state().portfolio.orders)).toMatchObject([{ state: 'received' }])
  executor.clock.setBack(HOURS)
  await executor.clock.advance(MINUTE)
  expect(executor.told().at(-1)).toBe('entry denied hb.deadman')
  expect(executor.state().portfolio.orders).toEqual({})
  expect(executor.exchange.sent).toEqual([])
})

/** The device's clock leaps while the exchange's goes on as before; it is measured anew at once. */
function leap(executor: TestExecutor, ms: number): void {
  executor.clock.setBack(-ms)
  executor.exchange.skew = (executor.exchange.skew ?? 0) - ms
  executor.exchange.quoteAt = executor.clock.now()
}

test.each([HOURS, -HOURS])(
  'the longest time in the market is the exchange’s: a clock that leaps by %i ms sells nothing early, and nothing late',
  async (ms) => {
    const executor = new TestExecutor()
    await executor.enter({ stopPrice: '58000', maxHold: 600 })
    await executor.clock.advance(MINUTE)
    leap(executor, ms)
    await executor.clock.advance(8 * MINUTE)
    expect(Object.values(executor.state().portfolio.positions)).toMatchObject([{ closing: null }])
    await executor.clock.advance(2 * MINUTE)
    expect(executor.state().portfolio.positions).toEqual({})
    expect(executor.told()).toContain('exit filled')
  },
)

test('a level of its own time is not reached earlier by a clock that leaps ahead', async () => {
  const executor = new TestExecutor()
  const takeProfits = [{ price: '50000', percent: '100', after: 600 }]
  await executor.enter({ stopPrice: '48000', takeProfits })
  leap(executor, HOURS)
  await executor.clock.advance(9 * MINUTE)
  expect(Object.values(executor.state().portfolio.positions)).toMatchObject([{ levelsFilled: [] }])
  await executor.clock.advance(2 * MINUTE)
  expect(executor.state().portfolio.positions).toEqual({})
})

test('a clock that is ahead of the exchange’s does not look for the end of a time again and again', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000', maxHold: 600 })
  await executor.clock.advance(1_000)
  leap(executor, HOURS)
  await executor.clock.advance(1_000)
  let looks = 0
  const { rules } = executor.exchange
  executor.exchange.rules = (market) => {
    looks += 1
    return rules.call(executor.exchange, market)
  }
  await executor.clock.advance(10_000)
  expect(looks).toBeLessThan(400)
})

/** Whose losses count. */
const dayOf = (executor: TestExecutor) => executor.state().portfolio.profit.today.number
const timesLost = (executor: TestExecutor) =>
  executor.told().filter((line) => line === 'notice day_lost').length

async function withLostDay(): Promise<TestExecutor> {
  const executor = new TestExecutor()
  const { limits } = executor.policy
  Object.assign(executor, { policy: { ...executor.policy, limits: { ...limits, dayLoss: '10' } } })
  await executor.enter()
  executor.exchange.price = '57000'
  await executor.clock.advance(61_000)
  expect(timesLost(executor)).toBe(1)
  return executor
}

/** That it is closed, and was told once. */
async function expectClosed(executor: TestExecutor): Promise<void> {
  expect(timesLost(executor)).toBe(1)
  await executor.give(executor.command({ do: 'limits' }, `at ${executor.clock.now()}`))
  expect(executor.reports.at(-1)?.event).toMatchObject({ answer: { dayLoss: { day: 'closed' } } })
}

test('a day that is closed by its losses stays so when the clock was on the next day in between', async () => {
  const executor = await withLostDay()
  leap(executor, 12 * HOURS)
  await executor.clock.advance(61_000)
  await expectClosed(executor)
  leap(executor, -12 * HOURS)
  executor.exchange.skew = 0
  await executor.clock.advance(61_000)
  await executor.enter({ size: { unit: 'quote', value: '50' }, referencePrice: '57000' })
  expect(executor.told().at(-1)).toBe('entry denied loss.day')
})

test('a closed day stays so over midnight while the exchange’s clock is not known, and ends once it is', async () => {
  const executor = await withLostDay()
  const before = dayOf(executor)
  executor.exchange.skew = null
  // Time passes for both.
  executor.clock.setBack(-12 * HOURS)
  await executor.clock.advance(2 * MINUTE)
  await expectClosed(executor)
  executor.exchange.skew = 0
  await executor.clock.advance(61_000)
  expect(dayOf(executor)).toBe(before + 1)
  await executor.enter({ size: { unit: 'quote', value: '50' }, referencePrice: '57000' })
  expect(executor.told().at(-1)).toBe('entry filled')
})

test('a day that is lost by the clock of the exchange withdraws what waits for a yes, though this clock is on the next', async () => {
  const executor = new TestExecutor({ approval: 'always', streams: ['demo', 'other'] })
  await executor.enterFrom('demo', { stopPrice: '50000' })
  await executor.give(executor.approval(executor.card()))
  await executor.enterFrom('other', { stopPrice: '50000' })
  leap(executor, 8 * HOURS + MINUTE)
  Object.assign(executor.policy.limits, { dayLoss: '1' })
  executor.exchange.price = '57000'
  executor.take({ type: 'tick' })
  expect(executor.told()).toContain('entry denied approval_withdrawn')
  expect(timesLost(executor)).toBe(1)
})

test('a clock that is two days ahead gives each day of the exchange its own limit', async () => {
  const executor = new TestExecutor()
  await executor.enter()
  const before = dayOf(executor)
  leap(executor, 25 * HOURS)
  await executor.clock.advance(61_000)
  const days = [dayOf(executor)]
  for (const _ of ['the next', 'and the next']) {
    // Time passes for both.
    executor.clock.setBack(-12 * HOURS)
    await executor.clock.advance(61_000)
    days.push(dayOf(executor))
  }
  expect(days).toEqual([before, before + 1, before + 2])
})

test('a stop that is gone is missed within seconds, although it was sent before the clock was set back', async () => {
  const executor = new TestExecutor()
  await executor.enter({ stopPrice: '58000' })
  await executor.clock.advance(5_000)
  const [stop] = executor.exchange.sent.slice(-1)
  leap(executor, -HOURS)
  await executor.clock.advance(5_000)
  const shown = executor.exchange.orders.get(stop?.clientOrderId ?? '')
  if (shown?.order.type !== 'stop_limit') throw new Error('no stop rests')
  shown.status = 'canceled'
  await executor.clock.advance(5_000)
  expect(executor.told()).toContain('stop canceled canceled_elsewhere')
  expect(executor.exchange.sent.at(-1)).toMatchObject({ type: 'stop_limit', amount: '0.00497' })
  expect(executor.exchange.sent.at(-1)?.clientOrderId).not.toBe(stop?.clientOrderId)
})
