import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createLog, systemClock } from '@keyside/runtime'
import { CALM, Market, startExchange } from '@keyside/sandbox'
import { expect, onTestFinished, test } from 'vitest'
import { startEngine } from './engine.ts'
import { columnsOf } from './market/candle-columns.ts'
import { Graph } from './strategies/compile/graph.ts'
import { readStrategy } from './strategies/file/read-strategy.ts'
import type { Strategy } from './strategies/file/strategy.ts'
import { Runner } from './strategies/runner.ts'
import { configFor, newHome, openBroker, until } from './testing/fixture.ts'

const FILE = join(import.meta.dirname, '../examples/strategies/demo.yaml')

/** Seconds that a person may take over a card. */
const READING = 60
const HOLD = 240

test.each([1, 7, 42])(
  'the demo buys within seconds, leaves a card in peace, and is soon back, seed %i',
  (seed) => {
    const decided = decisions(demo(), new Market({ seed }), 3_600)
    expect(decided[0]).toMatchObject({ kind: 'entry' })
    expect(decided.length).toBeGreaterThanOrEqual(2 * 14)
    const [first] = decided
    expect(first?.at).toBeLessThan(60 + 20)
    for (const [i, { at, kind }] of decided.entries()) {
      const before = decided[i - 1]
      if (before === undefined) continue
      expect(kind).not.toBe(before.kind)
      if (kind === 'entry') expect(at - before.at).toBeLessThan(20)
      else
        expect(READING < at - before.at && at - before.at <= HOLD, `${at - before.at}`).toBe(true)
    }
  },
)

test('a signal is at the broker within moments of the close of its candle on the sandbox exchange', async () => {
  const market = new Market({ seed: 1, wave: CALM })
  const exchange = await startExchange({ market, accounts: [] })
  const broker = await openBroker()
  const home = newHome()
  home.write('demo.yaml', readFileSync(FILE, 'utf8'))
  const hops: [string, number][] = []
  const engine = await startEngine(
    { ...configFor(broker.address.mqtt), exchange: { name: 'binance', address: exchange.address } },
    {
      home: home.path,
      clock: systemClock,
      log: createLog({ program: 'test', level: 'silent' }),
      trace: (hop) => hops.push([hop, Date.now()]),
    },
  )
  onTestFinished(async () => {
    await engine.stop()
    await exchange.stop()
  })
  await engine.ready
  await until(() => lastCandle(home.path) > 0)
  const nudged = Date.now()
  market.nudge('BTC/USDT', 1.01, nudged)
  await until(() => hops.some(([hop]) => hop === 'published'))
  expect((hops.at(-1)?.[1] ?? 0) - nudged).toBeLessThan(2_500)
})

function demo(): Strategy {
  const read = readStrategy(readFileSync(FILE, 'utf8'))
  if (!read.ok) throw new Error(read.problems[0]?.message)
  return read.strategies[0]
}

function decisions(strategy: Strategy, market: Market, seconds: number) {
  const graph = new Graph(strategy.timeframe, 1)
  const runner = new Runner(strategy, graph)
  const start = 1_790_000_000
  const candles = market.candles(
    strategy.market,
    '1s',
    { start: start * 1000, limit: seconds },
    (start + seconds) * 1000,
  )
  return candles.flatMap(({ openTime, open, high, low, close, volume }, at) => {
    const candle = { start: openTime / 1000, open, high, low, close, volume }
    graph.feed(columnsOf([candle]), 0, 1)
    const { decision } = runner.step(0, candle, 'all')
    return decision ? [{ at, kind: decision.kind }] : []
  })
}

/** The last candle that the engine has worked through. */
function lastCandle(home: string): number {
  using database = new DatabaseSync(join(home, 'engine/engine.db'), { readOnly: true })
  return Number(database.prepare('SELECT max(start) AS start FROM closes').get()?.['start'] ?? 0)
}
