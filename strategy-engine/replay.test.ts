// A session that an engine lived through, candle by candle, and the same candles a thousand at a time: the same bytes.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { readOwnClaims } from '@keyside/protocol'
import { expect, test } from 'vitest'
import type { Candle } from './market/candle.ts'
import { columnsOf } from './market/candle-columns.ts'
import { openOutbox } from './publish/database.ts'
import { Outbox } from './publish/outbox.ts'
import { BLOCK, Graph } from './strategies/compile/graph.ts'
import { Runner } from './strategies/runner.ts'
import { decided, startFixture, T0 } from './testing/fixture.ts'
import { strategyOf, yaml } from './testing/rules.ts'

const PAST = 120
const FILE = {
  name: 'demo',
  market: 'BTC/USDT',
  timeframe: '1m',
  enter:
    '{ cross: "crossover(ema(3), ema(8)) and rsi(5) @ 5m > 40", dip: "close < lowest(low, 20)[1]" }',
  exit: '{ back: "crossunder(ema(3), ema(8))", enough: profit > 2 % and age > 3m }',
  size: '10 %',
  stop: '2 atr(5)',
  take_profit: '[{ at: 1 %, sell: 50 % }, { at: 3 %, sell: 50 %, after: 5m }]',
  trailing_stop: '{ distance: 3 * atr(5), from: 1 % }',
  add: '[{ when: close < first entry * 99.5 %, size: 5 % }]',
  move_stop:
    '[{ to: highest since entry * 99.5 %, when: profit > 0.2 % }, { to: "lowest(low, 12)" }]',
  max_hold: '30m',
  cooldown: '2m',
}

/** A walk in steps of a cent, by a fixed seed. */
function walk(count: number): Candle[] {
  let seed = 7
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
    return seed / 2 ** 31
  }
  let price = 10_000
  const text = (cents: number) => (cents / 100).toFixed(2)
  return Array.from({ length: count }, (_, i) => {
    const open = price
    price += Math.round((random() - 0.5) * 120)
    const [high, low] = [Math.max(open, price), Math.min(open, price)]
    return {
      start: T0 + (i - PAST - 1) * 60,
      open: text(open),
      high: text(high + Math.round(random() * 30)),
      low: text(low - Math.round(random() * 30)),
      close: text(price),
      volume: (1 + random()).toFixed(3),
    }
  })
}

function kindOf(token: string) {
  const read = readOwnClaims(token, 'signal')
  return read.ok ? read.claims.kind : expect.unreachable()
}

test('what an engine signed live is signed again, byte for byte, when its candles are replayed in blocks', async () => {
  const candles = walk(PAST + 400)
  const { home, engine, close } = await startFixture(candles, {
    past: PAST,
    prepare: (prepared) => prepared.write('demo.yaml', yaml(FILE)),
  })
  for (let i = PAST; i < candles.length; i++) {
    await close()
    await decided()
  }
  await engine.stop()
  using database = new DatabaseSync(join(home.path, 'engine/engine.db'), { readOnly: true })
  const live = database.prepare('SELECT token FROM signals ORDER BY seq').all()

  const strategy = strategyOf(FILE)
  const graph = new Graph(strategy.timeframe)
  const runner = new Runner(strategy, graph)
  const outbox = new Outbox(openOutbox(':memory:'), { key: home.key })
  outbox.openStream({ name: 'demo', plan: 'demo', market: strategy.market })
  const columns = columnsOf(candles)
  const replayed = []
  for (let from = 0; from < candles.length; from += BLOCK) {
    const to = Math.min(candles.length, from + BLOCK)
    graph.feed(columns, from, to)
    for (const [i, candle] of candles.slice(from, to).entries()) {
      const { decision } = runner.step(i, candle, from + i < PAST ? 'past' : 'all')
      if (decision === undefined) continue
      const signed = outbox.sign({ issuer: 'home', strategy, start: candle.start, decision })
      replayed.push({ token: signed?.token })
    }
  }
  const kinds = live.map(({ token }) => kindOf(String(token)))
  expect(kinds.filter((kind) => kind !== 'stop').length).toBeGreaterThan(30)
  expect(kinds.filter((kind) => kind === 'stop').length).toBeGreaterThan(30)
  expect(live.map(({ token }) => ({ token }))).toEqual(replayed)
})
