// Two averages of one series are computed in one loop: each is what it is alone.
import { expect, test } from 'vitest'
import { randomCandles } from '../../testing/random-candles.ts'
import type { Numeric } from '../rules/tree.ts'
import { Graph } from './graph.ts'

const LENGTH = 300
const whole = randomCandles({ length: LENGTH, seed: 4 })
const CANDLES = {
  ...whole,
  close: whole.close.map((close, i) => (i % 9 === 4 ? Number.NaN : close)),
}

const average = (name: string, period: number, input: Numeric | null = null): Numeric => ({
  is: 'indicator',
  name,
  parameters: [period],
  input,
  output: 0,
})

/** The values of all of them in one graph, and what it remembers then. */
function run(trees: readonly Numeric[], block: number) {
  const graph = new Graph('1m', block)
  const columns = trees.map((tree) => graph.series(tree).column)
  const values = trees.map((): number[] => [])
  for (let from = 0; from < LENGTH; from += block) {
    const to = Math.min(LENGTH, from + block)
    graph.feed(CANDLES, from, to)
    for (const [at, column] of columns.entries()) values[at]?.push(...column.subarray(0, to - from))
  }
  return { values, memories: graph.memories() }
}

test.each([1, 7, 300])('each average is what it is alone, in blocks of %i', (block) => {
  const slow = average('ema', 40)
  const trees = [
    average('ema', 5),
    slow,
    average('ema_first', 12),
    average('ema', 3, slow),
    average('ema_first', 90),
    average('ema', 6, slow),
    average('ema', 7),
  ]
  const together = run(trees, block)
  for (const [at, tree] of trees.entries()) {
    const alone = run([tree], block)
    expect(together.values[at]).toEqual(alone.values[0])
    for (const [key, memory] of alone.memories ?? [])
      expect(together.memories?.get(key)).toEqual(memory)
  }
})
