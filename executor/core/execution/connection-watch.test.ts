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
  await executor.clock.advance(30_400)
  expect(sent()).toEqual(['limit buy', 'stop_limit sell'])
  await executor.clock.advance(60)
  expect(sent()).toEqual(['limit buy', 'stop_limit sell', 'limit sell'])
  expect(executor.state().portfolio.positions).toEqual({})
})

test('a stop waits for the end of the pause, and goes the moment that it is over', async () => {
  executor.exchange.mode = 'rests'
  await executor.enter({ stopPrice: '59000' })
  pause(30_430)
  const [entry] = executor.exchange.sent
  executor.exchange.fill(entry?.clientOrderId ?? '', entry?.amount ?? '', 'filled')
  await executor.clock.advance(30_400)
  expect(Object.keys(executor.state().portfolio.positions)).toHaveLength(1)
  expect(sent()).toEqual(['limit buy'])
  await executor.clock.advance(60)
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
  await executor.clock.advance(60_001)
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
    await executor.clock.advance(15_000)
    await executor.give(executor.head())
  }
}

test('an exchange that does not answer is told to whoever holds something, each minute for an hour', async () => {
  await executor.enter({ stopPrice: '58000' })
  Object.assign(executor.exchange, { reach: 'no', lookups: 'silent' })
  await executor.clock.advance(15_000)
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
    await executor.clock.advance(15_000)
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
  await executor.clock.advance(59_000)
  executor.exchange.reach = 'yes'
  await executor.clock.advance(3_000)
  executor.exchange.reach = 'no'
  await executor.clock.advance(59_000)
  expect(alarms()).toBe(0)
  await executor.clock.advance(4_000)
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
  await executor.clock.advance(60_000)
  expect(connectionDue(executor.state())).toEqual([START + 120_000])
})

test('no alarm for an exchange where nothing is held or open', async () => {
  executor.exchange.reach = 'no'
  await endure(10)
  expect(alarms()).toBe(0)
})

const notices = () =>
  executor.told().flatMap((line) => (/^notice (exchange|market)/.test(line) ? [line.slice(7)] : []))

test('an exchange that does not answer is told once where nothing is held, and once when it is back, over a restart too', async () => {
  executor.exchange.reach = 'no'
  await endure(0.5)
  expect(notices()).toEqual([])
  await endure(5)
  executor.crash()
  await endure(5)
  expect(notices()).toEqual(['exchange_down'])
  executor.exchange.reach = 'yes'
  await endure(2)
  expect(notices()).toEqual(['exchange_down', 'exchange_back'])
})

test('prices that come late for a minute are told once, and once when they come in time for a minute', async () => {
  // Nothing but the heads looks at the price: between two of them the next is ahead of the clock.
  executor.exchange.refreshBalances = () => new Promise(() => undefined)
  const late = async (ms: number, minutes: number) => {
    for (let quarter = 0; quarter < 4 * minutes; quarter += 1) {
      executor.exchange.quoteAt = executor.clock.now() + 15_000 - ms
      await executor.clock.advance(15_000)
      await executor.give(executor.head())
    }
  }
  await late(6_000, 0.75)
  await late(1_000, 0.5)
  expect(notices()).toEqual([])
  await late(6_000, 3)
  expect(notices()).toEqual(['exchange_slow'])
  await late(1_000, 0.5)
  await late(6_000, 0.5)
  await late(1_000, 2)
  expect(notices()).toEqual(['exchange_slow', 'exchange_quick'])
})

const NO_PRICE = { refreshQuote: async () => ({ ok: false, message: 'no' }) }
const priced = async () => {
  for (const name of Object.keys(NO_PRICE)) Reflect.deleteProperty(executor.exchange, name)
  executor.exchange.quoteAt = executor.clock.now()
  await endure(0.25)
}

test.each([
  ['no price is told', { quote: () => null, ...NO_PRICE }],
  ['prices stand still', NO_PRICE],
] as const)(
  'it is told once where something is held and %s, though the exchange answers',
  async (_, silent) => {
    await executor.enter({ stopPrice: '59000' })
    Object.assign(executor.exchange, silent)
    await endure(0.75)
    expect(notices()).toEqual([])
    await endure(5)
    expect(notices()).toEqual(['market_unpriced'])
    Reflect.deleteProperty(executor.exchange, 'quote')
    await priced()
    expect(notices()).toEqual(['market_unpriced', 'market_priced'])
  },
)

test.each([
  ['nothing is held', { lookups: 'honest' }],
  ['the market is halted', { status: 'halted' }],
  ['the exchange wants a pause', { paused: { why: 'too_many', until: START + 3_600_000 } }],
] as const)('and not where %s', async (why, change) => {
  if (why !== 'nothing is held') await executor.enter({ stopPrice: '59000' })
  Object.assign(executor.exchange, NO_PRICE, change)
  await endure(5)
  expect(notices()).not.toContain('market_unpriced')
})

test.each([
  [
    'a pause of two minutes that the exchange wants',
    { paused: { why: 'too_many', until: START + 120_000 } },
    { paused: null },
  ],
  ['two minutes without an answer', { reach: 'no' }, { reach: 'yes' }],
  ['a market that was halted for two minutes', { status: 'halted' }, { status: 'trading' }],
] as const)('nor at the end of %s, before a price could come', async (_, before, after) => {
  await executor.enter({ stopPrice: '59000' })
  Object.assign(executor.exchange, NO_PRICE, before)
  await endure(2)
  Object.assign(executor.exchange, after)
  await endure(0.75)
  await priced()
  await endure(2)
  expect(notices().filter((code) => code.startsWith('market_'))).toEqual([])
})

test('prices that are a few seconds late are slow, and not missing', async () => {
  await executor.enter({ stopPrice: '59000' })
  executor.exchange.refreshQuote = async () => {
    executor.exchange.quoteAt = executor.clock.now() - 8_000
    return { ok: false, message: 'late' }
  }
  await endure(5)
  expect(notices()).toEqual(['exchange_slow'])
})

test('what was sold while its price was missing is looked at no more', async () => {
  await executor.enter({ stopPrice: '59000' })
  Object.assign(executor.exchange, NO_PRICE)
  await endure(0.75)
  expect(executor.state().session.lasting).not.toEqual({})
  const stop = executor.exchange.sent.find(({ type }) => type === 'stop_limit')
  executor.exchange.fill(stop?.clientOrderId ?? '', stop?.amount ?? '', 'filled')
  await endure(0.5)
  expect(executor.state().portfolio.positions).toEqual({})
  expect(executor.state().session.lasting).toEqual({})
})

test('a start and a sleep give it a minute, and what is sold has no price to miss', async () => {
  await executor.enter({ stopPrice: '59000' })
  executor.exchange.quoteAt = START
  Object.assign(executor.exchange, NO_PRICE)
  executor.crash()
  await endure(0.75)
  // As a device that slept: nothing is decided meanwhile.
  executor.clock.setBack(-3_600_000)
  await endure(0.75)
  expect(notices()).not.toContain('market_unpriced')
  await endure(1)
  expect(notices()).toContain('market_unpriced')
  const stop = executor.exchange.sent.find(({ type }) => type === 'stop_limit')
  executor.exchange.fill(stop?.clientOrderId ?? '', stop?.amount ?? '', 'filled')
  await endure(2)
  expect(executor.state().portfolio.positions).toEqual({})
  expect(Object.values(executor.state().portfolio.conditions)).toEqual([])
  expect(notices()).not.toContain('market_priced')
})

test('pauses that the exchange wants are told where they last for a minute, and when they are over', async () => {
  pause(45_000)
  await endure(2)
  expect(notices()).toEqual([])
  pause(120_000)
  await endure(5)
  expect(notices()).toEqual(['exchange_limited', 'exchange_listens'])
})

test('the end of a ban is told once the exchange answers, and a restart in between tells it no second time', async () => {
  pause(120_000, 'banned')
  await endure(1)
  executor.exchange.paused = null
  executor.exchange.reach = 'no'
  executor.crash()
  executor.take({ type: 'tick' })
  expect(notices()).toEqual(['exchange_banned'])
  executor.exchange.reach = 'yes'
  executor.take({ type: 'tick' })
  expect(notices()).toEqual(['exchange_banned', 'exchange_listens'])
})

test('a clock that is right again is told, and one that is off at a restart is not told again', () => {
  executor.exchange.skew = 1_500
  executor.take({ type: 'tick' })
  executor.crash()
  executor.take({ type: 'tick' })
  executor.exchange.skew = 200
  executor.take({ type: 'tick' })
  executor.take({ type: 'tick' })
  expect(executor.told().filter((line) => line.includes('clock'))).toEqual([
    'notice clock_off',
    'notice clock_right',
  ])
})
