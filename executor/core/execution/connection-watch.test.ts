import { afterEach, beforeEach, expect, test } from 'vitest'
import { START, TestExecutor } from '../../testing/rig.ts'
import { connectionDue } from './connection-watch.ts'

let executor: TestExecutor
beforeEach(() => {
  executor = new TestExecutor()
})
afterEach(() => executor.close())

const sent = () => executor.exchange.sent.map(({ type, side }) => `${type} ${side}`)
const pause = (ms: number, why: 'too_many' | 'banned' = 'too_many') => {
  executor.exchange.paused = { why, until: executor.clock.now() + ms }
  executor.clock.after(ms, () => {
    executor.exchange.paused = null
  })
}

test('refuses an entry while the exchange wants a pause', async () => {
  pause(60_000)
  await executor.enter()
  expect(executor.told()).toContain('refusal exchange_rate_limited')
  expect(executor.exchange.sent).toEqual([])
})

test('an exit waits for the end of the pause, and goes the moment that it is over', async () => {
  await executor.enter({ stopPrice: '59000' })
  pause(30_430)
  await executor.give(executor.exit())
  await executor.clock.turn(30_400)
  expect(sent()).toEqual(['limit buy', 'stop_limit sell'])
  await executor.clock.turn(60)
  expect(sent()).toEqual(['limit buy', 'stop_limit sell', 'limit sell'])
  expect(executor.state().portfolio.positions).toEqual({})
})

test('a stop waits for the end of the pause, and goes the moment that it is over', async () => {
  executor.exchange.mode = 'rests'
  await executor.enter({ stopPrice: '59000' })
  pause(30_430)
  const [entry] = executor.exchange.sent
  executor.exchange.fill(entry?.clientOrderId ?? '', entry?.amount ?? '', 'filled')
  await executor.clock.turn(30_400)
  expect(Object.keys(executor.state().portfolio.positions)).toHaveLength(1)
  expect(sent()).toEqual(['limit buy'])
  await executor.clock.turn(60)
  expect(sent()).toEqual(['limit buy', 'stop_limit sell'])
})

test('tells a ban once, with its end', async () => {
  pause(60_000, 'banned')
  executor.take({ type: 'tick' })
  executor.take({ type: 'tick' })
  const told = executor.reports.filter(({ event }) => event.type === 'notice')
  expect(told.map(({ event }) => event)).toMatchObject([
    { level: 'error', code: 'exchange_banned' },
  ])
  expect(JSON.stringify(told)).toContain(new Date(START + 60_000).toISOString().slice(11, 19))
  await executor.clock.turn(60_001)
  pause(60_000, 'banned')
  executor.take({ type: 'tick' })
  expect(executor.told().filter((one) => one === 'notice exchange_banned')).toHaveLength(2)
})

test('tells a clock that is 1 s off once each time, however it wavers', () => {
  const told = [999, 1_000, 990, -1_000, null, 501, 1_200, 500, -1_000].map((skew) => {
    executor.exchange.skew = skew
    executor.take({ type: 'tick' })
    return executor.told().filter((one) => one === 'notice clock_off').length
  })
  expect(told).toEqual([0, 1, 1, 1, 1, 1, 1, 1, 2])
})

const alarms = () => executor.told().filter((line) => line === 'notice exchange_unreachable').length
/** Of silence, as a provider's heads divide it. */
const endure = async (minutes: number) => {
  for (let quarter = 0; quarter < 4 * minutes; quarter += 1) {
    await executor.clock.turn(15_000)
    await executor.give(executor.head())
  }
}

test('an exchange that does not answer is told to whoever holds something, each minute for an hour', async () => {
  await executor.enter({ stopPrice: '58000' })
  Object.assign(executor.exchange, { reach: 'no', lookups: 'silent' })
  await executor.clock.turn(15_000)
  await executor.give(executor.head())
  expect(alarms()).toBe(0)
  await endure(2)
  expect(alarms()).toBe(2)
  await endure(58)
  expect(alarms()).toBe(60)
  expect(executor.reports.map(({ event }) => event)).toContainEqual(
    expect.objectContaining({ level: 'error', code: 'exchange_unreachable' }),
  )
  await endure(60)
  expect(alarms()).toBeLessThan(68)
  expect(alarms()).toBeGreaterThan(64)
})

test('that it answers again is told to whoever was told that it does not', async () => {
  const back = () => executor.told().filter((line) => line === 'notice exchange_back').length
  await executor.enter({ stopPrice: '58000' })
  const lost = async (minutes: number) => {
    Object.assign(executor.exchange, { reach: 'no', lookups: 'silent' })
    await endure(minutes)
    Object.assign(executor.exchange, { reach: 'yes', lookups: 'honest' })
    await executor.clock.turn(15_000)
  }
  await lost(0.5)
  expect(back()).toBe(0)
  await lost(3)
  expect(back()).toBe(1)
  await endure(1)
  expect(back()).toBe(1)
})

test('a minute without an answer counts anew from each answer', async () => {
  await executor.enter({ stopPrice: '58000' })
  executor.exchange.reach = 'no'
  await executor.clock.turn(59_000)
  executor.exchange.reach = 'yes'
  await executor.clock.turn(3_000)
  executor.exchange.reach = 'no'
  await executor.clock.turn(59_000)
  expect(alarms()).toBe(0)
  await executor.clock.turn(4_000)
  expect(alarms()).toBe(1)
})

test('the alarm is due by itself, while something is held', async () => {
  executor.exchange.reach = 'no'
  executor.take({ type: 'tick' })
  expect(connectionDue(executor.state())).toEqual([])
  executor.exchange.reach = 'yes'
  await executor.enter()
  executor.exchange.reach = 'no'
  executor.take({ type: 'tick' })
  expect(connectionDue(executor.state())).toEqual([START + 60_000])
  await executor.clock.turn(60_000)
  expect(connectionDue(executor.state())).toEqual([START + 120_000])
})

test('no alarm for an exchange where nothing is held or open', async () => {
  executor.exchange.reach = 'no'
  await endure(10)
  expect(alarms()).toBe(0)
})
