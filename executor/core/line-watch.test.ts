import { afterEach, beforeEach, expect, test } from 'vitest'
import { START, TestExecutor } from '../world-for-tests.ts'

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
  await executor.enter({ stop: '59000' })
  pause(30_430)
  await executor.give(executor.exit())
  await executor.clock.turn(30_400)
  expect(sent()).toEqual(['ioc buy', 'stop sell'])
  await executor.clock.turn(60)
  expect(sent()).toEqual(['ioc buy', 'stop sell', 'ioc sell'])
  expect(executor.state().book.positions).toEqual({})
})

test('a stop waits for the end of the pause, and goes the moment that it is over', async () => {
  executor.exchange.mood = 'rests'
  await executor.enter({ stop: '59000' })
  pause(30_430)
  const [entry] = executor.exchange.sent
  executor.exchange.fill(entry?.clientOrderId ?? '', entry?.amount ?? '', 'filled')
  await executor.clock.turn(30_400)
  expect(Object.keys(executor.state().book.positions)).toHaveLength(1)
  expect(sent()).toEqual(['ioc buy'])
  await executor.clock.turn(60)
  expect(sent()).toEqual(['ioc buy', 'stop sell'])
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
