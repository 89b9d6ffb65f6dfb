// What strategies say without an order reaches the trader, so many and no more, and touches nothing else.
import type { Alert } from '@keyside/protocol'
import { expect, test } from 'vitest'
import { Engine, following, keyset, NAME, STOLEN } from '../../testing/providers.ts'
import { jtiOf, START, TestExecutor } from '../../testing/rig.ts'
import { decide } from '../decide.ts'

let nth = 0

function alert(change: Partial<Alert> = {}, provider = NAME, kid = STOLEN) {
  nth += 1
  const claims: Alert = {
    iss: provider,
    aud: 'executors',
    iat: START / 1000,
    exp: START / 1000 + 600,
    jti: jtiOf(`alert ${nth}`),
    plan: 'demo',
    sub: 'demo',
    market: 'BTC/USDT',
    name: 'hot',
    price: '60000',
    candle: { timeframe: '1m', start: START / 1000 - 60 },
    text: 'rsi(14) 80.31',
    ...change,
  }
  return { type: 'alert', provider, kid, claims } as const
}

const alerts = (executor: TestExecutor) =>
  executor.reports.flatMap(({ event }) => (event.type === 'alert' ? [event] : []))
const many = (executor: TestExecutor) =>
  executor.reports.filter(({ event }) => event.type === 'notice' && event.code === 'alerts_many')

async function say(executor: TestExecutor, times: number, change: Partial<Alert> = {}) {
  for (let at = 0; at < times; at += 1) await executor.give(alert(change))
}

test('an alert becomes one report that names the provider', async () => {
  const executor = await following(NAME)
  const once = alert()
  await executor.give(once)
  await executor.give(once)
  expect(alerts(executor)).toEqual([
    {
      type: 'alert',
      stream: 'north/demo',
      market: 'BTC/USDT',
      name: 'hot',
      text: 'rsi(14) 80.31',
      price: '60000',
      timeframe: '1m',
      closed: START / 1000,
    },
  ])
})

test('one message is told once for as long as it could be verified', async () => {
  const executor = await following(NAME)
  const once = alert()
  await executor.give(once)
  await executor.clock.advance(604_000)
  await executor.give(once)
  expect(alerts(executor)).toHaveLength(1)
  await executor.clock.advance(60_000)
  await executor.give(alert())
  expect(Object.keys(executor.state().session.alerts.seen), 'and no longer').toHaveLength(1)
})

test('two providers may use one name', async () => {
  const executor = await following(NAME, 'south')
  await executor.give(alert({ jti: jtiOf('one') }))
  await executor.give(alert({ jti: jtiOf('one') }, 'south'))
  expect(alerts(executor).map(({ stream }) => stream)).toEqual(['north/demo', 'south/demo'])
})

test('of a stream that is not followed, by a revoked key or a provider that equivocates nothing is told', async () => {
  const executor = await following(NAME, 'south')
  await executor.give(alert({ sub: 'other' }))
  await executor.give(keyset(executor, 2, [STOLEN]))
  await executor.give(alert())
  const south = new Engine(executor, 'south')
  executor.take(south.head())
  await executor.give(south.signal())
  south.seq -= 1
  await executor.give(south.signal({ reason: 'a lie' }))
  expect(executor.told()).toContain('notice equivocation')
  await executor.give(alert({}, 'south'))
  expect(alerts(executor)).toEqual([])
  expect(many(executor)).toEqual([])
})

test('of one stream six a minute and sixty an hour are told, then one notice an hour says so', async () => {
  const executor = await following(NAME)
  await say(executor, 20)
  expect(alerts(executor)).toHaveLength(6)
  expect(many(executor)).toHaveLength(1)
  for (let minute = 1; minute < 60; minute += 1) {
    await executor.clock.advance(60_000)
    await say(executor, 7)
  }
  expect(alerts(executor)).toHaveLength(60)
  expect(many(executor)).toHaveLength(1)
  await executor.clock.advance(60_000)
  await say(executor, 7)
  expect(alerts(executor)).toHaveLength(66)
  expect(many(executor)).toHaveLength(2)
})

test('however many streams it has, of one provider thirty a minute and 300 an hour are told, and of the others all', async () => {
  const names = Array.from({ length: 60 }, (_, at) => `${NAME}/s${at}`)
  const executor = new TestExecutor({ streams: [...names, 'south/demo'] })
  for (const [at] of names.entries()) await executor.give(alert({ sub: `s${at}` }))
  expect(alerts(executor)).toHaveLength(30)
  await executor.give(alert({}, 'south'))
  expect(alerts(executor)).toHaveLength(31)
  for (let minute = 1; minute < 30; minute += 1) {
    await executor.clock.advance(60_000)
    for (const [at] of names.entries()) await executor.give(alert({ sub: `s${at}` }))
  }
  expect(alerts(executor)).toHaveLength(301)
  expect(many(executor)).toHaveLength(1)
})

test('an alert decides, stores and asks nothing, whatever waits', async () => {
  const executor = new TestExecutor({ approval: 'always', streams: ['demo', `${NAME}/demo`] })
  await executor.enter()
  expect(executor.told()).toContain('card')
  const state = executor.state()
  const told = decide(state, alert(), executor.environment())
  const idle = decide(state, { type: 'tick' }, executor.environment())
  expect(told.reports).toHaveLength(idle.reports.length + 1)
  expect(told.events).toEqual(idle.events)
  expect(told.effects).toEqual(idle.effects)
  expect(told.state.portfolio).toEqual(idle.state.portfolio)
  expect({ ...told.state.session, alerts: null }).toEqual({ ...idle.state.session, alerts: null })
})
