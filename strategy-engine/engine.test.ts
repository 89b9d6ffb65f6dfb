import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { GENESIS, hashText } from '@keyside/protocol'
import { instant } from '@keyside/runtime'
import { expect, onTestFinished, test } from 'vitest'
import { ownTime } from '../runtime/testing/own-time.ts'
import { runEngine } from './engine.ts'
import {
  configFor,
  decided,
  depsFor,
  newHome,
  openBroker,
  startFixture,
  T0,
  until,
} from './testing/fixture.ts'
import { replayFeed } from './testing/replay-feed.ts'
import { candles, RULES, yaml } from './testing/rules.ts'

const start = (closes: number[], past = 1) =>
  startFixture(candles(closes, T0 - past * 60 - 60), { past })

test('a candle that closes becomes a signal that an executor accepts, and then a head', async () => {
  const { close, messages, row, topics } = await start([100, 106])
  await until(() => messages('head').length === 1)
  await close()
  await until(() => messages('signal').length === 1 && row()?.[1] === 1)
  const [signal] = messages('signal')
  expect(signal).toMatchObject({
    retained: false,
    claims: {
      seq: 1,
      prev: GENESIS,
      kind: 'entry',
      referencePrice: '106',
      iat: T0,
      candle: { start: T0 - 60 },
    },
  })
  expect(row()).toEqual(['demo', 1, signal?.hash, 'long', 1, T0 - 60])
  expect(messages('head').at(-1)?.claims).toMatchObject({ sub: 'demo', keyset: 0 })
  const told = topics().slice(topics().indexOf('keyside/v1/signal/home/demo'))
  expect(told).toEqual(['keyside/v1/signal/home/demo', 'keyside/v1/head/home/demo'])
})

test('tells the hops of a signal in their order', async () => {
  const { close, messages, hops } = await start([100, 106])
  await close()
  await until(() => hops.length === 3 && messages('signal').length === 1)
  const jti = messages('signal')[0]?.claims.jti
  expect(hops.map(([hop, id]) => [hop, id])).toEqual([
    ['candle', jti],
    ['signal', jti],
    ['published', jti],
  ])
  const [candle, , published] = hops.map(([, , at]) => at ?? Number.NaN)
  expect(candle).toBeGreaterThan(performance.timeOrigin)
  expect(published, 'when it was handed over, told once it is acknowledged').toBeLessThan(instant())
})

test('refreshes a head every 15 s, for 45 s each, under a new name', async () => {
  const { pass, messages } = await start([100])
  await until(() => messages('head').length === 1)
  pass(15_000)
  await until(() => messages('head').length === 2)
  const [one, two] = messages('head').map(({ claims }) => claims)
  expect(two?.iat).toBe((one?.iat ?? 0) + 15)
  expect(two?.exp).toBe((two?.iat ?? 0) + 45)
  expect(two?.jti).not.toBe(one?.jti)
})

test('one head speaks for all streams of a plan', async () => {
  const { home, messages, pass, row } = await start([100])
  home.write('second.yaml', yaml({ ...RULES, name: 'second', plan: 'demo' }))
  home.write('alone.yaml', yaml({ ...RULES, name: 'alone' }))
  pass(1_000)
  await until(() => row('second') !== undefined && row('alone') === undefined)
  pass(15_000)
  await until(() => messages('head').some(({ claims }) => claims.sub === 'alone'))
  const last = (plan: string) =>
    messages('head').findLast(({ claims }) => claims.sub === plan)?.claims.streams
  expect(last('demo')?.map(([name]) => name)).toEqual(['demo', 'second'])
  expect(last('alone')?.map(([name]) => name)).toEqual(['alone'])
})

test('says that it is here, and when it goes', async () => {
  const { engine, presence } = await start([100])
  await until(() => presence() === 'online')
  await engine.stop()
  await until(() => presence() === 'offline')
})

test('leaves a will for the case that it dies', async () => {
  const { cable, presence } = await start([100])
  await until(() => presence() === 'online')
  cable.cut()
  await until(() => presence() === 'offline')
  cable.mend()
  await until(() => presence() === 'online')
})

test('sends at the next connection what it could not send, in the same bytes', async () => {
  const { cable, presence, close, messages, home } = await start([100, 106])
  await until(() => presence() === 'online')
  cable.cut()
  await until(() => presence() === 'offline')
  await close()
  const signed = storedToken(home.path)
  cable.mend()
  await until(() => messages('signal').length === 1)
  expect(messages('signal')[0]?.hash).toBe(hashText(signed))
})

test('never sends what expired meanwhile, and lets the head tell', async () => {
  const { cable, presence, close, pass, row, messages, logged } = await start([100, 106])
  await until(() => presence() === 'online')
  cable.cut()
  await until(() => presence() === 'offline')
  await close()
  pass(61_000)
  cable.mend()
  await until(() => row()?.[1] === 1)
  expect(messages('signal')).toEqual([])
  expect(logged()).toContain('expired before it could be sent')
})

test('publishes nothing about history', async () => {
  const { pass, messages, row } = await start([100, 106, 90, 106, 90, 100], 6)
  await until(() => messages('head').length === 1)
  pass(15_000)
  await until(() => messages('head').length === 2)
  expect(messages('signal')).toEqual([])
  expect(row()?.slice(0, 3)).toEqual(['demo', 0, GENESIS])
})

test('does not say it again after a restart, and leaves late what it missed', async () => {
  const first = await start([100, 106])
  await first.close()
  await until(() => first.messages('signal').length === 1)
  await first.engine.stop()
  const between = await first.begin(candles([100, 106, 94], T0 - 120), 3)
  await between.engine.stop()
  const second = await first.begin(candles([100, 106, 94, 100, 100], T0 - 120), 4)
  expect(first.messages('signal')).toHaveLength(1)
  await second.close()
  await until(() => first.messages('signal').length === 2)
  expect(first.messages('signal')[1]?.claims).toMatchObject({
    seq: 2,
    kind: 'exit',
    prev: first.messages('signal')[0]?.hash,
    reason: 'late, the exit was due before: close 100.00',
  })
})

test('keeps the old rules in force when a file is broken, and takes the new when it is right', async () => {
  const { home, close, pass, messages, logged } = await start([100, 106, 90, 120])
  home.write('demo.yaml', yaml({ ...RULES, enter: 'close > emma(3)' }))
  pass(1_000)
  expect(logged()).toContain(
    'demo.yaml: the former version stays in force: line 4, column 16: enter: unknown name \\"emma\\": did you mean \\"ema\\"?',
  )
  await close()
  await until(() => messages('signal').length === 1)
  home.write('demo.yaml', yaml({ ...RULES, exit: 'close > 115' }))
  pass(1_000)
  await close()
  await close()
  await until(() => messages('signal').length === 2)
  expect(messages('signal')[1]?.claims).toMatchObject({
    seq: 2,
    kind: 'exit',
    referencePrice: '120',
  })
})

test('ends a stream whose file is removed, after saying so', async () => {
  const { home, engine, close, pass, messages, presence, logged } = await start([100, 106])
  await until(() => messages('head').length === 1)
  home.remove('demo.yaml')
  pass(1_000)
  expect(logged()).toContain('strategy file removed')
  await close()
  pass(15_000)
  await engine.stop()
  await until(() => presence() === 'offline')
  expect(messages('signal')).toEqual([])
  expect(messages('head')).toHaveLength(1)
})

test('refuses a second file of the same name', async () => {
  const { home, pass, logged } = await start([100])
  home.write('second.yaml', yaml(RULES))
  pass(1_000)
  expect(logged()).toContain('strategy_name_taken')
  expect(logged()).toContain('the name \\"demo\\" belongs to demo.yaml: choose another')
})

test('refuses another market for a stream that has signaled', async () => {
  const { home, close, pass, messages, row, logged } = await start([100, 106, 90])
  await close()
  home.write('demo.yaml', yaml({ ...RULES, market: 'ETH/USDT' }))
  pass(1_000)
  expect(logged()).toContain('stream_moved')
  await until(() => row()?.[1] === 1)
  expect(row()?.slice(3, 5)).toEqual(['long', 1])
  await close()
  await until(() => messages('signal').length === 2)
  expect(messages('signal')[1]?.claims.market).toBe('BTC/USDT')
})

test('stops a stream, its heads included, when it cannot go on', async () => {
  const closes = candles([100, 106], T0 - 120)
  const { engine, close, pass, messages, presence, logged } = await startFixture(closes, {
    past: 1,
    spoil: true,
  })
  await until(() => messages('head').length === 1)
  await close()
  expect(logged()).toContain('stream_failed')
  pass(15_000)
  await engine.stop()
  await until(() => presence() === 'offline')
  expect(messages('head')).toHaveLength(1)
})

test('says once that a market is younger than its indicators, and once that it is old enough', async () => {
  const home = newHome()
  home.write('demo.yaml', yaml({ ...RULES, enter: 'close > sma(6)' }))
  const { deps, clock, logged } = depsFor(home)
  const feed = replayFeed(candles(Array(12).fill(100), T0 - 4 * 60), 4)
  const { address } = await openBroker()
  const engine = await runEngine(configFor(address.mqtt), deps, feed)
  onTestFinished(() => engine.stop())
  const told = (text: string) => logged().split(text).length - 1
  await until(() => told('nothing is decided before 2 more have closed') === 1)
  for (const enough of [0, 1, 1, 1]) {
    clock.pass(60_000)
    feed.advance()
    await decided()
    expect(told('there are enough candles now')).toBe(enough)
  }
  expect(told('candles_too_few')).toBe(1)
})

test('a market that is old enough needs no word', async () => {
  const { logged, close } = await start([100, 100, 100], 2)
  await close()
  expect(logged()).not.toMatch(/candles_too_few|enough candles/)
})

test('does not start without its folder of strategies', async () => {
  const home = newHome()
  rmSync(join(home.path, 'strategies'), { recursive: true })
  const started = runEngine(configFor('mqtt://127.0.0.1:1'), depsFor(home).deps, replayFeed([]))
  await expect(started).rejects.toMatchObject({ code: 'strategies_missing' })
})

test('says that its access token is refused', async () => {
  const broker = await openBroker()
  const { deps } = depsFor(newHome({ outsider: true }))
  const engine = await runEngine(configFor(broker.address.mqtt), deps, replayFeed([]))
  onTestFinished(() => engine.stop())
  await expect(engine.ready).rejects.toMatchObject({ code: 'broker_refused' })
})

test('stops in time when the broker is away', async () => {
  const engine = await runEngine(
    configFor('mqtt://127.0.0.1:1'),
    depsFor(newHome()).deps,
    replayFeed([]),
  )
  const passed = ownTime()
  await engine.stop()
  expect(passed()).toBeLessThan(2_000)
})

function storedToken(home: string): string {
  using database = new DatabaseSync(join(home, 'engine/engine.db'), { readOnly: true })
  const row = database.prepare(`SELECT token FROM signals WHERE state = 'unsent'`).get()
  return String(row?.['token'])
}

test('a second engine on one database is refused, until the first one has ended', async () => {
  const broker = await openBroker()
  const home = newHome()
  const { deps } = depsFor(home)
  const begin = () => runEngine(configFor(broker.address.mqtt), deps, replayFeed([]))
  const first = await begin()
  await expect(begin()).rejects.toMatchObject({
    code: 'engine_locked',
    message: expect.stringContaining('stop it first'),
  })
  await first.stop()
  await (await begin()).stop()
})
