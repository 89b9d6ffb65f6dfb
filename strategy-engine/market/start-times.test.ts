// Times that are reckoned are the times that are written down, whatever is missing in between.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Graph } from '../strategies/compile/graph.ts'
import { randomCandles } from '../testing/random-candles.ts'
import { StartTimes } from './start-times.ts'

/** Candles of a minute, some of which are missing before those that are named. */
function startsWith(holes: readonly number[], length: number): Float64Array {
  let now = 1_700_000_040
  return Float64Array.from({ length }, (_, i) => {
    now += holes.includes(i) ? 180 : 60
    return now
  })
}

const LENGTH = 2_500
const holes = fc.array(fc.integer({ min: 0, max: LENGTH - 1 }), { maxLength: 6 })

test('asked in any order, each candle opened when its column says', () => {
  const asked = fc.array(fc.integer({ min: 0, max: LENGTH - 1 }), { minLength: 5, maxLength: 50 })
  fc.assert(
    fc.property(holes, asked, (missing, indices) => {
      const start = startsWith(missing, LENGTH)
      const times = new StartTimes({ start, length: LENGTH }, 60)
      expect(indices.map((i) => times.at(i))).toEqual(indices.map((i) => start[i]))
    }),
    { numRuns: 50 },
  )
})

test('so it is for the candles of a block', () => {
  const { length, ...columns } = randomCandles({ length: LENGTH, seed: 1 })
  fc.assert(
    fc.property(holes, fc.integer({ min: 1, max: 1_024 }), (missing, block) => {
      const start = startsWith(missing, LENGTH)
      const graph = new Graph('1m', block)
      const seen: number[] = []
      for (let from = 0; from < length; from += block) {
        const to = Math.min(length, from + block)
        graph.feed({ ...columns, length, start }, from, to)
        for (let i = 0; i < to - from; i++) seen.push(graph.startOf(i))
      }
      expect(seen).toEqual([...start])
    }),
    { numRuns: 20 },
  )
})
