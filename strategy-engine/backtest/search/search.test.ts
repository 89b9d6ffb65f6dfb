// Searches: the same results whatever the number of cores, a stop in between or the seed's luck.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { slice } from '../../data/columns.ts'
import { resample } from '../../data/resample.ts'
import type { CandleColumns } from '../../market/candle-columns.ts'
import { readStrategyFile } from '../../strategies/read-strategy-file.ts'
import { randomCandles } from '../../testing/random-candles.ts'
import { type Beside, run, runBacktest } from '../run.ts'
import { type Combination, combinationsOf, gridSize } from './combinations.ts'
import { beginOf, PARTS } from './score.ts'
import { coresFor, search } from './search.ts'
import { SearchMemory } from './search-memory.ts'
import { searchReport } from './search-report.ts'
import { seededNumbers as numbers } from './seeded-numbers.ts'
import { ranked, type Task, type Tried, tryCombinations } from './try-combinations.ts'
import { walkForward } from './walk-forward.ts'

const TEXT = `name: test
market: BTC/USDT
timeframe: 1m
params:
  fast: 5 [3..8]
  slow: 20 [15..35 step 5]
enter: crossover(ema(fast), ema(slow))
exit: crossunder(ema(fast), ema(slow))
size: 50 %
stop: 1 %
`
const TASK: Task = {
  file: 'test.yaml',
  text: TEXT,
  market: 'BTC/USDT',
  options: { balance: 10_000, fill: 'open', fee: 0.1, spread: 0, slippage: 0, steps: null },
}
const CANDLES = randomCandles({ length: 4_000, seed: 7 })
const strategy = readStrategyFile('test', TASK.text)[0] ?? expect.fail()
const all = combinationsOf(strategy, 1_000, numbers(1))

test('a grid has every combination once, chance some of them by its seed', () => {
  expect(gridSize(strategy)).toBe(30)
  expect(new Set(all.map((one) => JSON.stringify(one))).size).toBe(30)
  expect(all[0]).toEqual({ fast: 3, slow: 15 })
  expect(all.at(-1)).toEqual({ fast: 8, slow: 35 })
  const some = combinationsOf(strategy, 7, numbers(1))
  expect(some).toHaveLength(7)
  expect(all).toEqual(expect.arrayContaining([...some]))
  expect(combinationsOf(strategy, 7, numbers(1))).toEqual(some)
  expect(combinationsOf(strategy, 7, numbers(2))).not.toEqual(some)
})

test('each is what a backtest with these values says', async () => {
  const tried = await search(TASK, all, CANDLES, { workers: 1 })
  for (const at of [0, 13, 29]) {
    const [own] = readStrategyFile('test', TASK.text, all[at])
    const { metrics } = runBacktest(own ?? expect.fail(), {
      candles: CANDLES,
      options: TASK.options,
    })
    const { params, totalPercent, drawdownPercent, sharpe, profitFactor } =
      tried[at] ?? expect.fail()
    expect(params).toEqual(all[at])
    expect([totalPercent, drawdownPercent, sharpe]).toEqual([
      metrics.totalPercent,
      metrics.drawdown.percent,
      metrics.sharpe,
    ])
    expect(profitFactor).toBeCloseTo(metrics.profitFactor ?? 0, 12)
  }
  const best = ranked(tried, 'return', 1)
  expect(best[0]?.totalPercent).toBe(Math.max(...tried.map((one) => one.totalPercent)))
  expect(ranked(tried, 'return', 1e6), 'too few trades').toEqual([])
})

test('two cores find what one finds', async () => {
  const short = slice(CANDLES, 0, 500)
  const many = Array.from({ length: 8 }, () => all).flat()
  expect(await search(TASK, many, short, { workers: 2 })).toEqual(
    await search(TASK, many, short, { workers: 1 }),
  )
})

test('what one core does before others have started is done by one', () => {
  const cores = (length: number, combinations: number) => {
    const candles = { ...CANDLES, length }
    return coresFor(
      strategy,
      Array.from({ length: combinations }, () => ({})),
      candles,
      8,
    )
  }
  expect(cores(4_000, 30)).toBe(1)
  expect(cores(45_000, 1_000)).toBe(1)
  expect(cores(90_000, 1_000)).toBe(8)
  expect(cores(525_600, 200)).toBe(8)
})

test('rules over another market and shorter candles count as in a backtest, on one core, on two and over parts', async () => {
  const text = TEXT.replace('stop: 1 %', 'stop: 0.3 %\ntake_profit: [{ at: 0.3 % }]')
    .replace('1m', '5m')
    .replace('ema(slow))\nexit', 'ema(slow)) and close @ ETH/USDT > ema(fast) @ ETH/USDT\nexit')
  const minutes = {
    BTC: randomCandles({ length: 5_000, seed: 7, range: 0.006 }),
    ETH: randomCandles({ length: 5_000, seed: 8 }),
  }
  const candles = resample(minutes.BTC, '1m', '5m')
  const beside = {
    others: new Map([['ETH/USDT', resample(minutes.ETH, '1m', '5m')]]),
    detail: { timeframe: '1m', candles: minutes.BTC } as const,
  }
  const task = { ...TASK, text }
  const some = all.slice(0, 3)
  const tried = await search(task, some, candles, { workers: 1, beside })
  const other = await search(task, some, candles, { workers: 1, beside: { others: beside.others } })
  expect(tried, 'shorter candles decide some of them').not.toEqual(other)
  for (const [at, { totalPercent, trades }] of tried.entries()) {
    const [own] = readStrategyFile('test', text, all[at])
    const input = { ...beside, candles, options: TASK.options }
    const { metrics } = runBacktest(own ?? expect.fail(), input)
    expect(metrics.trades).toBeGreaterThan(1)
    expect([totalPercent, trades]).toEqual([metrics.totalPercent, metrics.trades])
  }
  const many = Array.from({ length: 34 }, () => some).flat()
  const both = await search(task, many, candles, { workers: 2, beside })
  expect(both.slice(0, 3)).toEqual(tried)
  const choice = { goal: 'return', leastTrades: 1 } as const
  const forward = walkForward(task, tried, candles, choice, beside)
  expect(forward.steps.some(({ trades }) => trades > 0)).toBe(true)
  expectBefore(task, some, candles, beside)
})

/** What each had done before a part is what it does where there are no other candles. */
function expectBefore(
  task: Task,
  some: readonly Combination[],
  candles: CandleColumns,
  beside?: Beside,
) {
  const tried = tryCombinations(task, some, candles, beside)
  for (let part = 1; part < PARTS; part++) {
    const own = slice(candles, 0, beginOf(part, candles.length))
    const others = [...(beside?.others ?? [])].map(
      ([market, columns]) => [market, slice(columns, 0, own.length)] as const,
    )
    const alone = tryCombinations(task, some, own, { ...beside, others: new Map(others) })
    const scores = ({ before: _, params: __, ...score }: Tried) => score
    expect(tried.map(({ before }) => before[part - 1])).toEqual(alone.map(scores))
  }
  return tried
}

test('what it had done before a part is what it does where the candles end there, in the midst of a day or a trade', () => {
  const tried = expectBefore(TASK, all, CANDLES)
  expect(
    tried.flatMap(({ before }) => before).filter(({ trades }) => trades > 5).length,
  ).toBeGreaterThan(100)
  // Held at many of the cuts: what is still held is part of what it has.
  const close: Task = { ...TASK, options: { ...TASK.options, fill: 'close', fee: 0 } }
  expectBefore(close, all, slice(CANDLES, 0, 3_999))
  expect(tryCombinations(TASK, all.slice(0, 1), slice(CANDLES, 0, 3))[0]?.before).toHaveLength(5)
})
test.for([1, 2])(
  'a combination that the file refuses ends the search, with %i at work',
  async (workers) => {
    const short = slice(CANDLES, 0, 500)
    const many = Array.from({ length: 10 }, () => all).flat()
    const parts: number[] = []
    const onProgress = (part: number) => parts.push(part)
    const wrong = [...many.slice(0, 60), { slow: 5_000 }, ...many]
    await expect(search(TASK, wrong, short, { workers, onProgress })).rejects.toThrow('2 to 1,000')
    const seen = parts.length
    expect(seen).toBeLessThan(3)
    await search(TASK, many, short, { workers: 1 })
    expect(parts.length, 'at most what was under way is finished').toBeLessThan(seen + 2)
  },
)

test('a search that was stopped goes on: what was tried is not tried again, and a torn line is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-search-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'state')
  const open = () => ({ workers: 1, memory: new SearchMemory(path) })
  const first = await search(TASK, all.slice(0, 10), CANDLES, open())
  writeFileSync(path, `${readFileSync(path, 'utf8').slice(0, -20)}`)
  const again = await search(TASK, all, CANDLES, open())
  expect(again.slice(0, 10)).toEqual(first)
  expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(10 + 21)
  // Other candles are another search, and so are other ones beside them.
  await search(TASK, all.slice(0, 1), slice(CANDLES, 0, 3_000), open())
  const beside = { others: new Map([['ETH/USDT', CANDLES]]) }
  await search(TASK, all.slice(0, 1), CANDLES, { ...open(), beside })
  expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(10 + 21 + 2)
})

test('what something else has written is not written into', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyside-search-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'policy.yaml')
  writeFileSync(path, 'version: 1\n')
  expect(() => new SearchMemory(path)).toThrow(
    expect.objectContaining({ code: 'search_file_foreign' }),
  )
  for (const own of ['', '\n', '\n{"ke', '\n{"key":"a {}","tri']) {
    writeFileSync(path, own)
    expect(() => new SearchMemory(path), own).not.toThrow()
  }
})

test('walk-forward chooses by nothing but the candles before, and trades nothing but its part', () => {
  const choice = { goal: 'return', leastTrades: 5 } as const
  const whole = walkForward(TASK, tryCombinations(TASK, all, CANDLES), CANDLES, choice)
  expect(whole.steps).toHaveLength(5)
  // The last part's candles change nothing of what was chosen before them, nor of the parts before.
  const turned = {
    ...CANDLES,
    close: CANDLES.close.map((close, at) => (at < 3_400 ? close : 90_000 - close)),
  }
  const other = walkForward(TASK, tryCombinations(TASK, all, turned), turned, choice)
  expect(other.steps.slice(0, 4)).toEqual(whole.steps.slice(0, 4))
  expect(other.steps[4]?.chosen).toEqual(whole.steps[4]?.chosen)
  expect(other.steps[4]?.percent).not.toEqual(whole.steps[4]?.percent)
  for (const [at, { chosen, trades }] of whole.steps.entries()) {
    const [begins, ends] = [at + 1, at + 2].map((part) => Math.floor((part * 4_000) / 6))
    const own = readStrategyFile('test', TEXT, chosen?.params)
    const candles = slice(CANDLES, 0, ends ?? 0)
    const [done] = run(own, { candles, options: TASK.options })
    const inside = done?.ledger.trades.filter(({ entryCandle }) => entryCandle > (begins ?? 0))
    expect(Math.abs(trades - (inside?.length ?? 0)), 'one may be under way').toBeLessThan(2)
  }
  const grown = whole.steps.reduce((product, { percent }) => product * (1 + percent / 100), 1)
  expect(whole.percent).toBeCloseTo((grown - 1) * 100, 9)
})

test('the report says how many were tried beside the best, and that it was chosen with hindsight', async () => {
  const tried = await search(TASK, all, CANDLES, { workers: 1 })
  const choice = { goal: 'sharpe', leastTrades: 5 } as const
  const forward = walkForward(TASK, tried, CANDLES, choice)
  const assumed = { market: TASK.market, options: TASK.options, detail: null }
  const lines = searchReport({ title: 'a', size: 30, tried, forward, seed: 1, assumed, ...choice })
  expect(lines).toContain('No venue was named: any amount is traded, however small.')
  expect(lines.join('\n')).toContain('Best of 30 combinations')
  expect(lines.join('\n')).toContain('hindsight')
  expect(lines.filter((line) => line.length > 80)).toEqual([])
})

test('what was chosen is told whole, however many parameters there are', () => {
  const tried = tryCombinations(TASK, all, CANDLES)
  const names = Array.from({ length: 8 }, (_, at) => `a_long_name_${at}`)
  const best = { ...(tried[0] ?? expect.fail()), trades: 99 }
  const chosen = { ...best, params: Object.fromEntries(names.map((name) => [name, 12.5])) }
  const choice = { goal: 'sharpe', leastTrades: 5 } as const
  const { steps, ...forward } = walkForward(TASK, tried, CANDLES, choice)
  const assumed = { market: TASK.market, options: TASK.options, detail: null }
  const lines = searchReport({
    ...{ title: 'a', size: 30, tried: [chosen], seed: 1, assumed, ...choice },
    forward: { ...forward, steps: steps.map((step) => ({ ...step, chosen })) },
  })
  expect(lines.filter((line) => line.length > 80)).toEqual([])
  for (const name of names)
    expect(lines.join(' ').split(`${name}=12.5`)).toHaveLength(steps.length + 2)
})
