import { expect, test } from 'vitest'
import { binance } from '../binance/dialect.ts'
import { LiquidityWatch } from './liquidity.ts'

/** A client that writes down what it is asked and does not answer before it is told to. */
function silentClient() {
  const heard: string[] = []
  const answers: (() => void)[] = []
  const ask = ({ params }: { params: { symbol?: string } }) => {
    heard.push(params.symbol ?? 'volumes')
    return new Promise((done) => {
      answers.push(() => done({ got: 'answer', value: [] }))
    })
  }
  return { dialect: binance, ask, heard, answers }
}

function watchOver(count: number) {
  const client = silentClient()
  const every: { ms: number; run: () => void }[] = []
  const clock = {
    now: () => 0,
    every: (ms: number, run: () => void) => {
      every.push({ ms, run })
      return () => undefined
    },
  }
  const markets = Array.from({ length: count }, (_, at) => ({ id: `M${at}` }))
  const watch = new LiquidityWatch(client as never, clock as never)
  watch.keepFresh(() => markets as never, { books: 5_000, volumes: 60_000 })
  return { ...client, every }
}

test.each([
  [1, 5_000],
  [25, 200],
  [50, 200],
])('with %i markets there is a book every %i ms: never more than 300 a minute', (count, ms) => {
  expect(watchOver(count).every.map((timer) => timer.ms)).toEqual([ms, 60_000])
})

test('asks for one book after the other, and for none twice at a time', async () => {
  const { every, heard, answers } = watchOver(2)
  const next = every[0]?.run ?? (() => undefined)
  for (let step = 0; step < 4; step += 1) next()
  expect(heard).toEqual(['M0', 'M1'])
  for (const answer of answers) answer()
  await new Promise(setImmediate)
  next()
  expect(heard).toEqual(['M0', 'M1', 'M0'])
})
