// Whatever can be written runs, and a block of candles gives what the candles one after the other do.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomCandles } from '../../testing/random-candles.ts'
import { explain } from '../rules/explain.ts'
import { parseExpression } from '../rules/parse.ts'
import { isCondition } from '../rules/tree.ts'
import { condition, SCOPE } from '../testing/rule-texts.ts'
import { Graph } from './graph.ts'
import { compileTrade, namesTrade } from './trade.ts'

const LENGTH = 400
const CANDLES = randomCandles({ length: LENGTH, seconds: 300, seed: 5 })
const OTHERS = new Map([['BTC/USDT', randomCandles({ length: LENGTH, seconds: 300, seed: 6 })]])

function values(tree: Parameters<Graph['series']>[0], block: number): readonly number[] {
  const graph = new Graph('5m', block)
  const { column } = graph.series(tree)
  const all: number[] = []
  for (let from = 0; from < LENGTH; from += block) {
    const to = Math.min(LENGTH, from + block)
    graph.feed(CANDLES, from, to, OTHERS)
    all.push(...column.subarray(0, to - from))
  }
  return all
}

test('any rule is true, false or unknown at each candle, in blocks as one by one', () => {
  let known = 0
  fc.assert(
    fc.property(condition, fc.integer({ min: 1, max: 90 }), (text, block) => {
      const read = parseExpression(text, SCOPE)
      if (!read.ok || !isCondition(read.parsed.tree) || namesTrade(read.parsed.tree)) return
      const whole = values(read.parsed.tree, 1_024)
      const said = new Set(whole.map((value) => (Number.isNaN(value) ? 'unknown' : value)))
      expect(
        [...said].filter((value) => ![1, 0, 'unknown'].includes(value)),
        text,
      ).toEqual([])
      expect(values(read.parsed.tree, block), text).toEqual(whole)
      known += whole.filter((value) => !Number.isNaN(value)).length
    }),
    { numRuns: 150 },
  )
  expect(known).toBeGreaterThan(5_000)
})

const LONG = 'max(highest(high, 20), lowest(low, 20) + 12 * atr(14), sma(200), close[3])'

test.each([
  `${LONG} @ 1h > 5`,
  `${LONG} @ BTC/USDT > 5`,
  `valuewhen((${LONG} > open) @ 1h, ${LONG}) > close`,
])('why it holds can be told of parts of another timeframe or market: %s', (text) => {
  const read = parseExpression(text, SCOPE)
  if (!read.ok || !isCondition(read.parsed.tree)) return expect.unreachable(text)
  const rule = { name: null, condition: read.parsed.tree }
  const graph = new Graph('5m', 1)
  compileTrade(rule.condition, graph, () => 1)
  graph.feed(CANDLES, 0, 1, OTHERS)
  expect(explain(rule, (part) => compileTrade(part, graph, () => 1)(0))).toContain('unknown')
})
