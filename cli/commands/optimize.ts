// keyside optimize: which values of a strategy's parameters did best, and whether that held on time they were not chosen on.
import { availableParallelism } from 'node:os'
import { keysideHome, readText, systemClock } from '@keyside/runtime'
import {
  combinationsOf,
  coresFor,
  GOALS,
  type Goal,
  gridSize,
  isTypeScript,
  prepare,
  readStrategyFile,
  SearchMemory,
  type Strategy,
  search,
  searchReport,
  seededNumbers,
  walkForward,
} from '@keyside/strategy-engine/backtest'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { strategyFile } from '../home/strategy-files.ts'
import { runConfined } from '../programs/confined.ts'
import { isWalled } from '../programs/walled.ts'
import { writableFile } from '../terminal/free-file.ts'
import { print, printJson } from '../terminal/print.ts'
import { ProgressBar } from '../terminal/progress.ts'
import {
  type AccountFlags,
  accountFlags,
  type CandleFlags,
  candleFlags,
  chosen,
  filesAmong,
  runOptions,
  sourceOf,
} from './backtest.ts'

interface Options extends AccountFlags, CandleFlags {
  combinations: number
  seed: number
  goal: Goal
  leastTrades: number
  workers: number
  state?: string
  json: boolean
}

export function addOptimize(program: Command): void {
  const command = program
    .command('optimize')
    .description("try many values of a strategy's parameters, and say what held on later time")
    .argument(
      '<strategy>',
      'its name, or a file, whose params have ranges, such as fast: 12 [5..30]',
    )
  accountFlags(candleFlags(command))
    .option('--combinations <n>', 'at most so many: all, or as many by chance', whole, 1_000)
    .option('--seed <n>', 'of the chance', whole, 1)
    .addOption(new Option('--goal <goal>', 'what is best').choices(GOALS).default('sharpe'))
    .option('--least-trades <n>', 'fewer closed trades are no ground to choose by', whole, 10)
    .option('--workers <n>', 'at most so many cores work', whole, availableParallelism())
    .option('--state <file>', 'writes down what was tried, and goes on from there')
    .option('--json', 'for a program', false)
    .addHelpText(
      'after',
      '\nExample:\n  keyside optimize ema-cross --from 2024-01-01 --combinations 500',
    )
    .action(run)
}

async function run(named: string, options: Options, command: Command): Promise<void> {
  const file = strategyFile(keysideHome(), named)
  if (!isWalled()) filesAmong(options.state).forEach(writableFile)
  if (isTypeScript(file) && !isWalled())
    return runConfined(command, {
      reads: filesAmong(file, named, options.data),
      writes: filesAmong(options.state),
    })
  const text = readText(file)
  const strategies = chosen(readStrategyFile(file, text), options)
  const found: object[] = []
  for (const strategy of strategies) found.push(await searchOne({ file, text }, strategy, options))
  if (options.json) printJson(found)
}

async function searchOne(
  { file, text }: { readonly file: string; readonly text: string },
  strategy: Strategy,
  options: Options,
): Promise<object> {
  const { goal, leastTrades, seed, state } = options
  const { candles, detail, others, rules } = prepare(strategy, await sourceOf(options))
  const task = { file, text, market: strategy.market, options: runOptions(options, rules) }
  const combinations = combinationsOf(strategy, options.combinations, seededNumbers(seed))
  const workers = coresFor(strategy, combinations, candles, options.workers)
  const memory = state === undefined ? undefined : new SearchMemory(state)
  const bar = new ProgressBar(process.stderr, systemClock)
  const beside = { detail, others }
  const onProgress = (part: number) => bar.update(part, strategy.name)
  try {
    const choice = { goal, leastTrades }
    const working = { workers, memory, beside, onProgress }
    const tried = await search(task, combinations, candles, working)
    const forward = walkForward(task, tried, candles, choice, beside)
    const title = `${strategy.name}, ${strategy.market} ${strategy.timeframe}`
    const { market } = strategy
    const assumed = { market, options: task.options, detail: detail?.timeframe ?? null }
    const searched = { title, size: gridSize(strategy), tried, forward, seed, assumed, ...choice }
    bar.end()
    if (!options.json) print(...searchReport(searched))
    return searched
  } finally {
    bar.end()
  }
}

function whole(text: string): number {
  if (/^\d{1,7}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('expected a whole number')
}
