// The strategies and the policies that come with Keyside fit each other: over a month of the sandbox's market, no entry is refused.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { Market } from '@keyside/sandbox'
import { expect, test } from 'vitest'
import { DEMO_STRATEGY, FIRST_STRATEGIES } from '../cli/sandbox/examples.ts'
import { SANDBOX_POLICY } from '../cli/sandbox/sandbox-home.ts'
import { DEFAULT_POLICY } from '../executor/core/risk/policy/default.ts'
import type { Policy } from '../executor/core/risk/policy/schema.ts'
import { loadPolicy } from '../executor/policy/load.ts'
import { TIMEFRAMES } from '../strategy-engine/market/candle.ts'
import { columnsOf } from '../strategy-engine/market/candle-columns.ts'
import { Graph } from '../strategy-engine/strategies/compile/graph.ts'
import type { Decision } from '../strategy-engine/strategies/decision.ts'
import { readStrategy } from '../strategy-engine/strategies/file/read-strategy.ts'
import type { Strategy } from '../strategy-engine/strategies/file/strategy.ts'
import { Runner } from '../strategy-engine/strategies/runner.ts'

const NOW = Date.UTC(2026, 10, 23)
const DAY = 86_400

/** A policy as a trader has it who follows every strategy that it names, in a remark too. */
function policy(text: string): Policy {
  const loaded = loadPolicy(text.replaceAll(/^( +)# (\S+: \{ allocation)/gm, '$1$2'))
  if (!loaded.ok) throw new Error(loaded.message)
  return loaded.policy
}

function strategy(file: string): Strategy {
  const read = readStrategy(readFileSync(file, 'utf8'))
  if (!read.ok) throw new Error(read.problems[0]?.message)
  return read.strategies[0]
}

function decisions(rules: Strategy, seed: number, days: number): Decision[] {
  const graph = new Graph(rules.timeframe, 1)
  const runner = new Runner(rules, graph)
  const length = TIMEFRAMES[rules.timeframe]
  const first = NOW - days * DAY * 1000
  const bars = new Market({ seed })
    .candles(
      rules.market,
      rules.timeframe as '1s' | '5m' | '15m',
      { start: first, limit: Math.floor((days * DAY) / length) },
      NOW,
    )
    .map((candle) => ({ ...candle, start: candle.openTime / 1000 }))
  return bars.flatMap((candle) => {
    graph.feed(columnsOf([candle]), 0, 1)
    const { decision } = runner.step(0, candle, 'all')
    return decision ? [decision] : []
  })
}

const PAIRS = [
  ...FIRST_STRATEGIES.map((file) => ({ file, text: DEFAULT_POLICY, days: 30 })),
  { file: DEMO_STRATEGY, text: SANDBOX_POLICY, days: 0.1 },
].map((pair) => ({ ...pair, name: basename(pair.file) }))

test.each(PAIRS)('$name fits the policy that comes with it', ({ file, text, days }) => {
  const rules = strategy(file)
  const { limits, markets, streams, maxStopDistance, collar } = policy(text)
  const entries = [1, 2].flatMap((seed) =>
    decisions(rules, seed, days).filter((one) => one.kind === 'entry'),
  )
  expect(entries.length).toBeGreaterThan(0)
  for (const { ref, stop } of entries) {
    // What an approved order may cost at most, as far above the candle's close as the collar goes.
    const price = Number(ref) * (1 + Number(collar.entry) / 100)
    expect((100 * (price - Number(stop))) / price).toBeLessThanOrEqual(Number(maxStopDistance))
  }
  expect(markets).toContain(rules.market)
  const { allocation } = streams.get(`home/${rules.name}`) ?? expect.fail('no line for it')
  expect((Number(rules.size.value) / 100) * Number(allocation)).toBeLessThanOrEqual(
    Number(limits.order),
  )
  // A day of the demo is an hour or two with every card approved.
  expect(entries.length / (2 * Math.max(days, 1))).toBeLessThan(limits.roundTrips)
  // A card can be read for a minute.
  expect(rules.validFor).toBeGreaterThan(120)
})
