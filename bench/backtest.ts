// Backtests beside the same rule written by hand: candles a second on one core, linear up to ten million, and a search.
import { readFileSync } from 'node:fs'
import { type RunOptions, run, runBacktest } from '../strategy-engine/backtest/run.ts'
import { combinationsOf } from '../strategy-engine/backtest/search/combinations.ts'
import { coresFor, search } from '../strategy-engine/backtest/search/search.ts'
import { tryCombinations } from '../strategy-engine/backtest/search/try-combinations.ts'
import { slice } from '../strategy-engine/data/columns.ts'
import { openCandleFile } from '../strategy-engine/data/open-candles.ts'
import type { CandleColumns } from '../strategy-engine/market/candle-columns.ts'
import type { Strategy } from '../strategy-engine/strategies/file/strategy.ts'
import { readStrategyFile } from '../strategy-engine/strategies/read-strategy-file.ts'
import { randomCandles } from '../strategy-engine/testing/random-candles.ts'
import { type LoopRule, loop } from './backtest-loop.ts'
import { besidePeers } from './backtest-peers.ts'
import type { BenchOptions, Result } from './result.ts'

const OPTIONS: RunOptions = {
  balance: 10_000_000,
  fill: 'open',
  fee: 0.1,
  spread: 0,
  slippage: 0,
  steps: null,
}
const RUNS = 9
const PEER_CANDLES = 100_000
const MIN_CANDLES = 500_000

const cross = (ema: string, fast = 12, slow = 26) =>
  `enter: crossover(${ema}(${fast}), ${ema}(${slow}))
exit: crossunder(${ema}(${fast}), ${ema}(${slow}))
size: 1 BTC
stop: 99 %`

const TWELVE = `enter: crossover(ema(9), ema(21)) and close > sma(200) and rsi(14) < 70 and rsi(7) > 30 and ema(50) > ema(100) and atr(14) / close > 0.0005 and volume > 0 and close > open
exit: crossunder(ema(9), ema(21)) or rsi(14) > 80 or close < sma(200) - 2 * atr(14)
size: 10 %
stop: 2 atr(14)`

function strategyOf(text: string): Strategy {
  const head = 'name: bench\nmarket: BTC/USDT\ntimeframe: 1m\n'
  const [strategy] = readStrategyFile('bench', `${head}${text}`)
  if (strategy === undefined) throw new Error('no strategy')
  return strategy
}

/** The example's rules, on candles of a minute. */
function example(): Strategy {
  const path = new URL('../examples/strategies/ema-cross.yaml', import.meta.url)
  const [strategy] = readStrategyFile('ema-cross.yaml', readFileSync(path, 'utf8'))
  if (strategy === undefined) throw new Error('no strategy')
  return { ...strategy, timeframe: '1m', validFor: 60 }
}

interface Work {
  readonly name: string
  /** Candles that it goes through, all together. */
  readonly candles: number
  readonly work: () => unknown
}

interface Speed {
  readonly name: string
  /** Million candles a second of CPU time: median and best of the runs. */
  readonly median: number
  readonly best: number
}

/** In turns, so that what else the machine does meets all of them alike; short ones as often as makes them measurable. */
function measured(works: readonly Work[], runs = RUNS): readonly Speed[] {
  const times = works.map((): number[] => [])
  for (let round = 0; round < runs; round++)
    for (const [at, { candles, work }] of works.entries()) {
      const count = Math.ceil(MIN_CANDLES / candles)
      const began = process.cpuUsage()
      for (let i = 0; i < count; i++) work()
      const { user, system } = process.cpuUsage(began)
      times[at]?.push((user + system) / count)
    }
  return works.map(({ name, candles }, at) => {
    const own = times[at]?.sort((a, b) => a - b) ?? []
    const speed = (microseconds = 1) => candles / microseconds
    return { name, median: speed(own[runs >> 1]), best: speed(own[0]) }
  })
}

/** `signals`: how many candles. */
export async function backtest({ signals, note }: BenchOptions): Promise<Result> {
  const candles = randomCandles({ length: signals, seed: 1 })
  const hand: LoopRule = { fast: 12, slow: 26, fill: 'open', seed: 'first' }
  const one = (strategy: Strategy) => () => run([strategy], { candles, options: OPTIONS })
  note('speed, one core')
  const work = (name: string, does: () => unknown): Work => ({ name, candles: signals, work: does })
  const speeds = measured([
    work('by hand', () => loop(candles, hand)),
    work('EMA cross, with fills', one(strategyOf(cross('ema_first')))),
    work('ema-cross.yaml', one(example())),
    work('twelve series', one(strategyOf(TWELVE))),
    work('EMA cross, with all figures', () =>
      runBacktest(strategyOf(cross('ema_first')), { candles, options: OPTIONS }),
    ),
  ])
  note('linear')
  const linear = [0.01, 0.1, 1, 10].map((part) => {
    const length = Math.round(signals * part)
    const many = length <= signals ? slice(candles, 0, length) : randomCandles({ length, seed: 2 })
    const strategy = strategyOf(cross('ema_first'))
    const before = process.memoryUsage.rss()
    const does = () => run([strategy], { candles: many, options: OPTIONS })
    const name = `${length} candles`
    const speed = measured([{ name, candles: length, work: does }], 5)
    const mebibytes = (process.memoryUsage.rss() - before) / 2 ** 20
    return { name, median: 0, best: 0, ...speed[0], mebibytes }
  })
  note('1,000 combinations over 45,000 candles')
  const short = randomCandles({ length: 45_000, seed: 3 })
  const searched = await searchOf(short)
  note('beside others')
  const others = besidePeers(
    slice(candles, 0, PEER_CANDLES),
    process.env['KEYSIDE_PYTHON'] ?? 'python3',
  )
  const agreed = agreedOf(process.env['KEYSIDE_CANDLES'])
  const json: Measured = { candles: signals, speeds, linear, searched, others, agreed }
  return { json, text: textOf(json) }
}

interface Measured {
  readonly candles: number
  readonly speeds: readonly Speed[]
  readonly linear: readonly (Speed & { readonly mebibytes: number })[]
  readonly searched: Awaited<ReturnType<typeof searchOf>>
  readonly others: readonly string[]
  readonly agreed: ReturnType<typeof agreedOf>
}

/** A search as it is asked for, s: of CPU, all threads together, and by the clock. */
interface Clock {
  readonly candles: number
  readonly workers: number
  readonly wall: number
  readonly cpu: number
}

/** 40 fast averages by 25 slow ones. */
async function searchOf(candles: CandleColumns) {
  const text = `name: bench
market: BTC/USDT
timeframe: 1m
params:
  fast: 2 [2..41 step 1]
  slow: 45 [45..69 step 1]
enter: crossover(ema_first(fast), ema_first(slow))
exit: crossunder(ema_first(fast), ema_first(slow))
size: 1 BTC
stop: 99 %`
  const [strategy] = readStrategyFile('bench', text)
  if (strategy === undefined) throw new Error('no strategy')
  const combinations = combinationsOf(strategy, 1_000, () => 0)
  const task = { file: 'bench.yaml', text, market: strategy.market, options: OPTIONS }
  const all = combinations.length * candles.length
  const clocks: Clock[] = []
  for (const times of [1, 10]) {
    const many = times === 1 ? candles : randomCandles({ length: candles.length * times, seed: 3 })
    const workers = coresFor(strategy, combinations, many, 2)
    const [began, cpu] = [performance.now(), process.cpuUsage()]
    await search(task, combinations, many, { workers })
    const { user, system } = process.cpuUsage(cpu)
    const wall = (performance.now() - began) / 1_000
    clocks.push({ candles: many.length, workers, wall, cpu: (user + system) / 1e6 })
  }
  const byHand = () => {
    for (const { fast = 2, slow = 45 } of combinations)
      loop(candles, { fast, slow, fill: 'close', seed: 'first' })
  }
  const one = (count: number): Work => {
    const some = combinations.filter((_, at) => (at * count) % combinations.length < count)
    const does = () => tryCombinations(task, some, candles)
    return { name: `one core, ${count}`, candles: count * candles.length, work: does }
  }
  const works = [
    { name: 'by hand, 1000', candles: all, work: byHand },
    ...[10, 100, 1_000].map(one),
  ]
  const seconds = measured(works, 3).map(({ name, median }, at) => ({
    name,
    cpu: (works[at]?.candles ?? 0) / median / 1e6,
  }))
  return { clocks, seconds }
}

/** On real candles, where a file of them is named: the figures that other backtesters agree on to the cent. */
const AGREED = [
  ['ema_first', 'first', 'close', 9_925_598.64],
  ['ema_first', 'first', 'open', 9_925_527.5],
  ['ema', 'mean', 'open', 9_925_439.6],
  ['ema', 'mean', 'close', 9_925_510.74],
] as const

function agreedOf(file: string | undefined) {
  if (file === undefined) return null
  const { columns } = openCandleFile(file, '1m', Math.floor(Date.now() / 1000))
  return AGREED.map(([ema, seed, fill, expected]) => {
    const { metrics } = runBacktest(strategyOf(cross(ema)), {
      candles: columns,
      options: { ...OPTIONS, fill },
    })
    const hand = loop(columns, { fast: 12, slow: 26, fill, seed }).equity
    const { trades, end } = metrics
    return {
      ema,
      fill,
      trades,
      equity: end,
      hand,
      expected,
      isEqual: Math.abs(end - expected) < 0.01,
    }
  })
}

function textOf({ candles, speeds, linear, searched, others, agreed }: Measured): string {
  return [
    `${candles} candles, million candles a second of CPU time on one core`,
    ...speeds.map(
      ({ name, median, best }) =>
        `  ${name.padEnd(28)} ${median.toFixed(1).padStart(7)}  best ${best.toFixed(1)}`,
    ),
    'linear',
    ...linear.map(
      ({ name, median, mebibytes }) =>
        `  ${name.padEnd(28)} ${median.toFixed(1).padStart(7)}  ${mebibytes.toFixed(0)} MiB more`,
    ),
    'combinations over 45,000 candles',
    ...searched.seconds.map(({ name, cpu }) => `  ${name.padEnd(28)} ${cpu.toFixed(3)} s of CPU`),
    ...searched.clocks.map(
      ({ candles, workers, wall, cpu }) =>
        `  ${candles} candles, two cores, of which ${workers} searched: ${wall.toFixed(2)} s by the clock, ${cpu.toFixed(2)} s of CPU`,
    ),
    'beside others',
    ...others.map((line) => `  ${line}`),
    ...(agreed ?? []).map(
      ({ ema, fill, trades, equity, isEqual }) =>
        `  ${ema} ${fill}: ${trades} trades, ${equity.toFixed(2)}${isEqual ? '' : ', NOT as the others'}`,
    ),
    ...(agreed === null ? ['KEYSIDE_CANDLES names no file: not held to other backtesters'] : []),
  ].join('\n')
}
