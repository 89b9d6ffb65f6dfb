// Strategies of one market and timeframe share what comes from the exchange, whenever each of them begins.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { runEngine } from './engine.ts'
import type { Feed, Subscription } from './market/feed.ts'
import { configFor, decided, depsFor, newHome, openBroker, T0, until } from './testing/fixture.ts'
import { replayFeed } from './testing/replay-feed.ts'
import { candles, RULES, yaml } from './testing/rules.ts'

async function start(closes: readonly number[], past: number) {
  const home = newHome()
  const { deps, clock, hops, logged } = depsFor(home)
  const all = candles(closes, T0 - past * 60)
  const replay = replayFeed(all, past)
  const open = new Set<Subscription>()
  let asked = 0
  const feed: Feed = {
    ...replay,
    subscribe: (subscription) => {
      asked += 1
      open.add(subscription)
      const cancel = replay.subscribe(subscription)
      return () => {
        open.delete(subscription)
        cancel()
      }
    },
  }
  const { address } = await openBroker()
  home.write('second.yaml', yaml({ ...RULES, name: 'second' }))
  const engine = await runEngine(configFor(address.mqtt), deps, feed)
  onTestFinished(() => engine.stop())
  await engine.ready
  const close = async () => {
    clock.pass(60_000)
    replay.advance()
    await decided()
  }
  const seen = () => {
    using reader = new DatabaseSync(join(home.path, 'engine/engine.db'), { readOnly: true })
    const rows = reader.prepare('SELECT name, follows, follows_after FROM streams ORDER BY name')
    return rows.all().map((row) => [row['name'], row['follows'], row['follows_after']])
  }
  const signals = () => hops.filter(([hop]) => hop === 'published').length
  return { home, clock, close, seen, signals, logged, open, asked: () => asked }
}

test('two strategies of a market have one subscription, and both decide', async () => {
  const { close, signals, open, asked } = await start([100, 106], 1)
  expect([asked(), open.size]).toEqual([1, 1])
  await close()
  await until(() => signals() === 2)
})

test('a strategy that begins later gets its own past, and shares what comes when it has come up', async () => {
  const { home, clock, close, seen, signals, open, asked } = await start([100, 100, 100, 106], 1)
  await close()
  home.write('third.yaml', yaml({ ...RULES, name: 'third' }))
  clock.pass(1_000)
  await decided()
  expect(asked()).toBe(2)
  await close()
  expect(open.size, 'the second subscription is given up').toBe(1)
  expect(seen()).toEqual([
    ['demo', 'BTC/USDT 1m', T0 - 60],
    ['second', 'BTC/USDT 1m', T0 - 60],
    ['third', 'BTC/USDT 1m', T0],
  ])
  await close()
  await until(() => signals() === 3)
})

test('the last strategy that ends gives up the subscription', async () => {
  const { home, clock, seen, open } = await start([100, 100], 1)
  home.remove('demo.yaml')
  clock.pass(1_000)
  await decided()
  expect(open.size).toBe(1)
  home.remove('second.yaml')
  clock.pass(1_000)
  await decided()
  expect(open.size).toBe(0)
  expect(seen().map(([, follows]) => follows)).toEqual([null, null])
})

test('a rule that names another market decides when the candle of that market is there too', async () => {
  const { home, clock, close, signals, open, logged } = await start([100, 100, 106], 1)
  const enter = 'close > 105 and close @ ETH/USDT > 105'
  home.write('pair.yaml', yaml({ ...RULES, name: 'pair', enter }))
  clock.pass(1_000)
  await decided()
  expect([...open].map(({ market }) => market).sort()).toEqual(['BTC/USDT', 'BTC/USDT', 'ETH/USDT'])
  await close()
  expect(signals()).toBe(0)
  await close()
  await until(() => signals() === 3)
  expect(logged()).not.toContain('stream_failed')
})
