// keyside data: candles of the past, for backtests.
import { resolve } from 'node:path'
import { seconds } from '@keyside/protocol'
import { KeysideError, keysideHome, systemClock } from '@keyside/runtime'
import {
  type CandleSet,
  candlesAsCsv,
  downloadCandles,
  importCandles,
  openCandles,
  openSource,
  readStored,
  type Stored,
  storedPaths,
  TIMEFRAME_NAMES,
} from '@keyside/strategy-engine/data'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { dataVenue } from '../home/data-venue.ts'
import { EXIT } from '../programs/exit.ts'
import {
  downloadLines,
  gapLines,
  grouped,
  storedTable,
  titleOf,
  verifiedLines,
} from '../terminal/candle-report.ts'
import { day } from '../terminal/duration.ts'
import { instant } from '../terminal/instant.ts'
import { print, printJson } from '../terminal/print.ts'
import { ProgressBar } from '../terminal/progress.ts'

interface SeriesOptions {
  timeframe: CandleSet['timeframe']
  exchange?: string
}

interface DownloadCommand extends SeriesOptions {
  from?: number
  to?: number
  json: boolean
}

interface ImportCommand extends SeriesOptions {
  market: string
  replace: boolean
  json: boolean
}

export function addData(program: Command): void {
  const data = program
    .command('data')
    .description('candles of the past for backtests: download, list, import, export, verify')
  const command = (name: string, description: string, example: string) =>
    data
      .command(name)
      .description(description)
      .addHelpText('after', `\nExample:\n  keyside data ${example}`)
  ofSet(
    command(
      'download',
      'get candles from an exchange: what is not here yet, and no others',
      'download BTC/USDT --timeframe 1m --from 2024-01-01',
    ).argument('<market>', 'such as BTC/USDT', symbol),
  )
    .option('--from <time>', 'where to begin, UTC; left out: after what is here', instant)
    .option('--to <time>', 'where to end, not included; left out: now', instant)
    .option('--json', 'for a program', false)
    .action(download)
  command('list', 'what is here', 'list').option('--json', 'for a program', false).action(list)
  ofSet(
    command(
      'import',
      'take candles from files: CSV, archives of Binance, feather of freqtrade',
      'import BTCUSDT-1m-2024-*.zip --market BTC/USDT --timeframe 1m',
    )
      .argument('<files...>', 'of one market and timeframe')
      .requiredOption('--market <market>', 'whose candles they are, such as BTC/USDT', symbol),
  )
    .option('--replace', "where a candle is here with other values, the file's counts", false)
    .option('--json', 'for a program', false)
    .action(importFiles)
  ofSet(
    command('export', 'write candles as CSV', 'export BTC/USDT --timeframe 1h > btc.csv').argument(
      '<market>',
      'such as BTC/USDT',
      symbol,
    ),
  ).action(exportCsv)
  command(
    'verify',
    'read everything that is here: checksums, order, gaps, candles that cannot be',
    'verify',
  )
    .option('--json', 'for a program, with all gaps', false)
    .action(verify)
}

function symbol(text: string): string {
  const [, base, quote] = /^([^\s/]+)\/([^\s/]+)$/.exec(text) ?? []
  if (base !== quote) return text
  throw new InvalidArgumentError('expected a market such as BTC/USDT')
}

function ofSet(command: Command): Command {
  return command
    .addOption(
      new Option('--timeframe <timeframe>', 'of the candles')
        .choices(TIMEFRAME_NAMES)
        .makeOptionMandatory(),
    )
    .option('--exchange <name>', "as ccxt calls it; left out: the engine's, else binance")
}

async function setOf(market: string, { timeframe, exchange }: SeriesOptions) {
  const venue = await dataVenue(keysideHome(), exchange)
  const { address, makeAgent } = venue
  return { set: { exchange: venue.exchange, market, timeframe }, address, makeAgent }
}

async function download(market: string, options: DownloadCommand): Promise<void> {
  const { set, address, makeAgent } = await setOf(market, options)
  const over = new AbortController()
  process.once('SIGINT', () => over.abort())
  process.once('SIGTERM', () => over.abort())
  const bar = options.json ? null : new ProgressBar(process.stderr, systemClock)
  const downloaded = await downloadCandles({
    home: keysideHome(),
    set,
    source: await openSource(set, address, makeAgent),
    address,
    from: options.from,
    to: options.to,
    clock: systemClock,
    signal: over.signal,
    onProgress: ({ share, added, at }) =>
      bar?.update(share, `${grouped(added)} candles, ${day(at)}`),
  }).finally(() => bar?.end())
  if (options.json) printJson({ ...set, ...downloaded })
  else print(...downloadLines(set, downloaded))
  if (downloaded.state === 'stopped') process.exitCode = EXIT.failed
}

async function importFiles(files: string[], options: ImportCommand): Promise<void> {
  const { set } = await setOf(options.market, options)
  const { stored, gaps, ...counts } = importCandles(
    keysideHome(),
    set,
    files.map((file) => resolve(file)),
    { replace: options.replace, now: seconds(systemClock.now()) },
  )
  if (options.json) {
    printJson({ ...set, ...counts, stored: stored.length, gaps })
    return
  }
  const { candles, added, replaced } = counts
  print(
    `${titleOf(set)}: ${grouped(candles)} candles read, ${grouped(added)} new, ${grouped(replaced)} replaced.`,
    `${grouped(stored.length)} are stored now.`,
    ...gapLines(gaps, 'no file had'),
  )
}

async function exportCsv(market: string, options: SeriesOptions): Promise<void> {
  const { set } = await setOf(market, options)
  const { columns } = openCandles(keysideHome(), set, seconds(systemClock.now()))
  for (const lines of candlesAsCsv(columns)) process.stdout.write(lines)
}

function list({ json }: { json: boolean }): void {
  const { stored, refused } = readAll()
  if (json) printJson({ sets: stored.map((one) => forProgram(one, false)), damaged: refused })
  else if (stored.length + refused.length === 0)
    print('No candles here yet: keyside data download --help')
  else print(...(stored.length > 0 ? storedTable(stored) : []), ...refused)
  if (refused.length > 0) process.exitCode = EXIT.failed
}

function verify({ json }: { json: boolean }): void {
  const { stored, refused } = readAll()
  if (json)
    printJson({
      ok: refused.length === 0,
      sets: stored.map((one) => forProgram(one, true)),
      damaged: refused,
    })
  else print(...stored.flatMap(verifiedLines), ...refused)
  if (!json && stored.length + refused.length === 0) print('No candles here yet.')
  if (refused.length > 0) process.exitCode = EXIT.failed
}

/** A damaged file does not stop the others from being listed. */
function readAll(): { stored: Stored[]; refused: string[] } {
  const home = keysideHome()
  const stored: Stored[] = []
  const refused: string[] = []
  for (const path of storedPaths(home))
    try {
      stored.push(readStored(home, path))
    } catch (error) {
      if (!(error instanceof KeysideError)) throw error
      refused.push(`${error.message} (${error.code})`)
    }
  return { stored, refused }
}

function forProgram({ columns, gaps, ...rest }: Stored, whole: boolean): object {
  const [from = null, last = null] = [columns.start[0], columns.start[columns.length - 1]]
  const missing = gaps.reduce((sum, { candles }) => sum + candles, 0)
  return { ...rest, from, last, candles: columns.length, gaps: whole ? gaps : gaps.length, missing }
}
