// What an engine stores of its markets, and what a start does with it.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { runEngine } from './engine.ts'
import type { Candle } from './market/candle.ts'
import type { Subscription } from './market/feed.ts'
import { configFor, decided, depsFor, newHome, openBroker, T0, until } from './testing/fixture.ts'
import { replayFeed } from './testing/replay-feed.ts'
import { candles, RULES, yaml } from './testing/rules.ts'

const LONG = { ...RULES, enter: 'close > ema(200)', exit: 'close < ema(200)', stop: '90 %' }
/** Flat for 250 minutes up to T0, then what is given. */
const market = (...closes: number[]) =>
  candles([...Array.from({ length: 250 }, () => 100), ...closes], T0 - 250 * 60)

async function open(rules: Record<string, string> = LONG) {
  const home = newHome()
  home.write('demo.yaml', yaml(rules))
  const { address } = await openBroker()
  const { deps, clock, hops, logged } = depsFor(home)
  const config = configFor(address.mqtt)
  const start = async (all: readonly Candle[], past: number) => {
    const replay = replayFeed(all, past)
    const asked: Subscription[] = []
    const subscribe = (subscription: Subscription) => {
      asked.push(subscription)
      return replay.subscribe(subscription)
    }
    const engine = await runEngine(config, deps, { ...replay, subscribe })
    onTestFinished(() => engine.stop())
    await engine.ready
    await decided()
    const close = async () => {
      clock.pass(60_000)
      replay.advance()
      await decided()
    }
    return { engine, close, known: () => asked.map(({ known }) => known?.start) }
  }
  const query = (text: string) => {
    using database = new DatabaseSync(join(home.path, 'engine/engine.db'))
    return text.startsWith('SELECT') ? database.prepare(text).all() : database.exec(text)
  }
  const stored = () =>
    (query('SELECT head FROM states') as { head: string }[]).map(
      ({ head }) => (JSON.parse(head) as { candle: Candle }).candle.start,
    )
  const signals = () => hops.filter(([hop]) => hop === 'published').length
  return { home, clock, start, query, stored, signals, logged }
}

test('a start goes on from what the last stop stored, and needs the candles since alone', async () => {
  const { start, stored, signals, logged } = await open()
  const all = market(100, 100, 101)
  const first = await start(all, 250)
  await first.close()
  await first.engine.stop()
  expect(stored()).toEqual([T0])
  // An exchange that has nothing older would not be enough for this average.
  const second = await start(all.slice(250), 2)
  expect(second.known()).toEqual([T0])
  await second.close()
  await until(() => signals() === 1)
  expect(logged()).not.toContain('candles_too_few')
})

test('a stored state that is damaged is not used, and the log says so', async () => {
  const { start, query, logged } = await open()
  const first = await start(market(), 250)
  await first.engine.stop()
  query('UPDATE states SET numbers = zeroblob(length(numbers))')
  const second = await start(market(100).slice(240), 10)
  expect(second.known()).toEqual([undefined])
  expect(logged()).toContain('the stored state is not used, because it is damaged')
  expect(logged(), 'it began anew').toContain('candles_too_few')
})

test('other rules over other series begin anew, and a position of the old ones too', async () => {
  const { home, start, logged } = await open()
  const first = await start(market(), 250)
  await first.engine.stop()
  home.write('demo.yaml', yaml({ ...LONG, enter: 'close > ema(199)' }))
  const second = await start(market(), 250)
  expect(second.known()).toEqual([undefined])
  expect(logged()).toContain('because ema(199) is new')
})

test('what the exchange tells otherwise by now is not gone on from', async () => {
  const { start, logged } = await open()
  const first = await start(market(), 250)
  await first.engine.stop()
  const changed = market(100, 100).map((one) => ({ ...one, volume: '2' }))
  await start(changed, 250)
  expect(logged()).toContain('the stored state is not used, because the exchange has')
  expect(logged(), 'it has seen all of the others').not.toContain('candles_too_few')
})

test('in between a state is stored after a start and each 500 candles, and not when a candle closes', async () => {
  const { clock, start, stored } = await open()
  const { close, engine } = await start(market(...Array.from({ length: 510 }, () => 100)), 250)
  expect(stored()).toEqual([])
  clock.pass(1_000)
  expect(stored()).toEqual([T0 - 60])
  for (let closed = 1; closed < 500; closed += 1) await close()
  clock.pass(1_000)
  expect(stored(), 'after 499 of them').toEqual([T0 - 60])
  await close()
  clock.pass(1_000)
  expect(stored()).toEqual([T0 + 499 * 60])
  await engine.stop()
})

test('strategies that began at different times begin together at the next start', async () => {
  const { home, clock, start, stored } = await open()
  const first = await start(market(100, 100), 250)
  home.write('other.yaml', yaml({ ...LONG, name: 'other' }))
  clock.pass(1_000)
  await decided()
  await first.engine.stop()
  expect(stored()).toEqual([])
  const second = await start(market(100, 100), 250)
  expect(second.known()).toEqual([undefined])
  await second.engine.stop()
  expect(stored()).toEqual([T0 - 60])
})

test('a folder of many strategies is read in slices, between which the broker is served', async () => {
  const { home, start, logged } = await open(RULES)
  const count = 150
  const rules =
    'a: close > ema(3), b: close > ema(5) and rsi(7) > 50, c: "crossover(ema(8), ema(9))"'
  for (let at = 0; at < count; at += 1)
    home.write(`s-${at}.yaml`, yaml({ ...RULES, name: `s-${at}`, enter: `{ ${rules} }` }))
  const inForce = () => logged().split('strategy in force').length - 1
  const starting = start(market(), 250)
  await new Promise((resolve) => setImmediate(resolve))
  const atFirst = inForce()
  await starting
  expect(atFirst).toBeLessThan(count)
  await until(() => inForce() === count + 1)
})
