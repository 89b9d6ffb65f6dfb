// keyside backtest: what a strategy would have done with candles of the past.
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { KeysideError, keysideHome, readText, systemClock } from '@keyside/runtime'
import {
  type Backtested,
  htmlReport,
  isTypeScript,
  jsonReport,
  PICTURE_WIDTH,
  type Prepared,
  pictureOf,
  prepare,
  type RunOptions,
  readStrategyFile,
  runBacktest,
  type Strategy,
  textReport,
  tradeRows,
} from '@keyside/strategy-engine/backtest'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { dataVenue } from '../home/data-venue.ts'
import { strategyFile } from '../home/strategy-files.ts'
import { runConfined } from '../programs/confined.ts'
import { isWalled } from '../programs/walled.ts'
import { csvCell } from '../terminal/csv.ts'
import { writableFile } from '../terminal/free-file.ts'
import { instant } from '../terminal/instant.ts'
import { print, printJson } from '../terminal/print.ts'
import { ProgressBar } from '../terminal/progress.ts'

export interface AccountFlags {
  balance: number
  fill: RunOptions['fill']
  fee?: number
  spread: number
  slippage: number
  step?: number
  leastAmount?: number
  leastValue?: number
}

export interface CandleFlags {
  data?: string
  exchange?: string
  from?: number
  to?: number
  detail: boolean
  market?: string
}

interface Options extends AccountFlags, CandleFlags {
  param: Readonly<Record<string, number>>
  html?: string
  trades?: string
  png?: string
  json: boolean
}

/** Percent. */
const USUAL_FEE = 0.1
/** The amount step where only a least amount or value is given. */
const MIN_STEP = 1e-8

export function addBacktest(program: Command): void {
  const command = program
    .command('backtest')
    .description('what a strategy would have done with candles of the past')
    .argument('<strategy>', 'its name, or a file')
  accountFlags(candleFlags(command))
    .option('--param <name=value>', 'another value of a parameter; may be repeated', param, {})
    .option('--html <file>', 'write the report as a page that needs no network')
    .option('--png <file>', 'write it as a picture')
    .option('--trades <file>', 'write all trades as CSV')
    .option('--json', 'for a program', false)
    .addHelpText(
      'after',
      '\nExample:\n  keyside backtest ema-cross --from 2024-01-01 --html report.html',
    )
    .action(run)
}

export function candleFlags(command: Command): Command {
  return command
    .option('--data <file.csv>', 'candles of this file; left out: those of "keyside data"')
    .option('--exchange <name>', "whose candles; left out: the engine's, else binance")
    .option('--from <time>', 'where to begin, UTC', instant)
    .option('--to <time>', 'where to end, not included', instant)
    .option('--detail', 'shorter candles of the data say what came first within one', false)
    .option('--market <market>', 'one of a file that has several')
}

export function accountFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--fill <when>', "at the next candle's opening, or at the close")
        .choices(['open', 'close'])
        .default('open'),
    )
    .option('--balance <quote>', 'at the start, all of it allotted to the strategy', amount, 10_000)
    .option('--fee <percent>', `a side; left out: the venue's, else ${USUAL_FEE}`, percent)
    .option('--spread <percent>', 'between ask and bid', percent, 0)
    .option('--slippage <percent>', 'that each side loses besides', percent, 0)
    .option(
      '--step <base>',
      "of amounts; left out: the venue's, as downloaded with its candles",
      amount,
    )
    .option('--least-amount <base>', "of an order; left out: the venue's", amount)
    .option('--least-value <quote>', "of an order; left out: the venue's", amount)
}

async function run(named: string, options: Options, command: Command): Promise<void> {
  const file = strategyFile(keysideHome(), named)
  if (!isWalled()) filesAmong(options.html, options.png, options.trades).forEach(writableFile)
  if (isTypeScript(file) && !isWalled()) return runElsewhere([file, named], options, command)
  const strategies = chosen(readStrategyFile(file, readText(file), options.param), options)
  const toFile = options.html ?? options.png ?? options.trades
  if (strategies.length > 1 && toFile !== undefined)
    throw new KeysideError(
      'market_ambiguous',
      `${file} has ${strategies.length} markets, and ${toFile} has room for one: choose it with --market`,
    )
  const tested: Backtested[] = []
  for (const strategy of strategies) tested.push(await testOne(strategy, options))
  if (options.json) printJson(tested.map(jsonReport))
  else
    for (const [at, one] of tested.entries()) print(...(at === 0 ? [] : ['']), ...textReport(one))
  const [only] = tested
  if (only !== undefined) await writeFiles(only, options)
}

async function testOne(strategy: Strategy, options: Options): Promise<Backtested> {
  const { rules, ...input } = prepare(strategy, await sourceOf(options))
  const bar = new ProgressBar(process.stderr, systemClock)
  try {
    return runBacktest(strategy, {
      ...input,
      options: runOptions(options, rules),
      onProgress: (part) => bar.update(part, strategy.name),
    })
  } finally {
    bar.end()
  }
}

async function writeFiles(tested: Backtested, { html, trades, png }: Options): Promise<void> {
  if (html !== undefined) writeFileSync(html, htmlReport(tested))
  if (trades !== undefined)
    writeFileSync(
      trades,
      `${tradeRows(tested)
        .map((row) => row.map(csvCell).join(','))
        .join('\n')}\n`,
    )
  if (png === undefined) return
  const { rasterize } = await import('@keyside/bot')
  writeFileSync(png, await rasterize(pictureOf(tested), PICTURE_WIDTH))
}

async function runElsewhere(
  files: readonly string[],
  options: Options,
  command: Command,
): Promise<void> {
  const { data, html, trades, png } = options
  await runConfined(command, {
    reads: filesAmong(...files, data),
    writes: filesAmong(html, trades, png),
  })
}

export function filesAmong(...paths: readonly (string | undefined)[]): readonly string[] {
  return paths.flatMap((path) => (path === undefined ? [] : [resolve(path)]))
}

export function chosen(
  strategies: readonly Strategy[],
  { market }: Pick<CandleFlags, 'market'>,
): readonly Strategy[] {
  if (market === undefined) return strategies
  const own = strategies.filter((strategy) => strategy.market === market)
  if (own.length > 0) return own
  const markets = strategies.map((strategy) => strategy.market).join(', ')
  throw new KeysideError('market_ambiguous', `the file has no ${market}: choose one of ${markets}`)
}

export async function sourceOf(options: CandleFlags) {
  const home = keysideHome()
  const { exchange } = await dataVenue(home, options.exchange)
  return {
    home,
    exchange,
    file: options.data ?? null,
    from: options.from ?? 0,
    to: options.to ?? Number.POSITIVE_INFINITY,
    detail: options.detail,
    now: Math.floor(systemClock.now() / 1000),
  }
}

/** The options count, and without them the venue's own values. */
export function runOptions(flags: AccountFlags, rules: Prepared['rules']): RunOptions {
  const { fill, balance, spread, slippage, fee = Number(rules?.fee ?? USUAL_FEE) } = flags
  return { fill, balance, fee, spread, slippage, steps: stepsOf(flags, rules) }
}

function stepsOf(
  { step, leastAmount, leastValue }: AccountFlags,
  rules: Prepared['rules'],
): RunOptions['steps'] {
  const isSaid = [step, leastAmount, leastValue].some((one) => one !== undefined)
  if (!isSaid && rules === null) return null
  return {
    of: isSaid || rules === null ? undefined : { venue: rules.exchange, read: rules.read },
    step: step ?? Number(rules?.step ?? MIN_STEP),
    leastAmount: leastAmount ?? Number(rules?.leastAmount ?? 0),
    leastValue: leastValue ?? Number(rules?.leastValue ?? 0),
  }
}

function param(text: string, before: Readonly<Record<string, number>>) {
  const [, name = '', value = ''] = /^(\w{1,32})=(-?\d{1,12}(?:\.\d{1,12})?)$/.exec(text) ?? []
  if (name === '') throw new InvalidArgumentError('expected name=value, such as fast=9')
  return { ...before, [name]: Number(value) }
}

function percent(text: string): number {
  if (/^\d{1,2}(?:\.\d{1,8})?$/.test(text) && Number(text) <= 50) return Number(text)
  throw new InvalidArgumentError('expected percent from 0 to 50, such as 0.1')
}

function amount(text: string): number {
  if (/^\d{1,12}(?:\.\d{1,12})?$/.test(text) && Number(text) > 0) return Number(text)
  throw new InvalidArgumentError('expected a number above 0, such as 10000 or 0.00001')
}
