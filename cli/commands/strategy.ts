// keyside strategy: the strategies of this home, and what can be shown of one before it runs.
import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { id } from '@keyside/protocol'
import { KeysideError, keysideHome, readText, writePrivate } from '@keyside/runtime'
import {
  type Checked,
  checkStrategy,
  isTypeScript,
  problemText,
  type Read,
  readStrategyFile,
  type Strategy,
  strategyFiles,
  strategyTextReader,
  warmupOf,
} from '@keyside/strategy-engine/strategies'
import type { Command } from 'commander'
import { strategiesFolder, strategyFile } from '../home/strategy-files.ts'
import { trialsOf } from '../home/trials.ts'
import { TYPES_FILE, typesFile } from '../home/types-file.ts'
import { runConfined } from '../programs/confined.ts'
import { EXIT } from '../programs/exit.ts'
import { isWalled } from '../programs/walled.ts'
import { exampleNames, exampleOf, type Language } from '../sandbox/examples.ts'
import { print, printJson, row, table } from '../terminal/print.ts'
import { showLines, texts, tradeRows } from '../terminal/strategy-lines.ts'
import { checkLines } from '../terminal/strategy-report.ts'
import { type CandleFlags, candleFlags, filesAmong, sourceOf } from './backtest.ts'
import { acceptTrial } from './strategy-accept.ts'

interface CheckCommand extends CandleFlags {
  json: boolean
}

export function addStrategy(program: Command): void {
  const strategy = program
    .command('strategy')
    .description('the strategies of this home: new, check, list, show, accept')
  const command = (name: string, description: string, example: string) =>
    strategy
      .command(name)
      .description(description)
      .addHelpText('after', `\nExample:\n  keyside strategy ${example}`)
  command('new', 'begin a strategy from an example', 'new my-first --from donchian-atr')
    .argument('<name>', "the stream's id: a-z, 0-9 and -")
    .option('--from <example>', `one of ${exampleNames().join(', ')}`, 'ema-cross')
    .option('--typescript', `code in place of rules; examples: ${exampleNames('ts').join(', ')}`)
    .action(begin)
  candleFlags(
    command(
      'check',
      'read a strategy, and run it over candles: no look-ahead, enough history, rules that can happen',
      'check my-first --data candles.csv',
    ).argument('[strategies...]', 'names or files; left out: all of this home'),
  )
    .option('--json', 'for a program', false)
    .action(check)
  command('list', 'the strategies of this home', 'list')
    .option('--json', 'for a program', false)
    .action(list)
  command('show', 'what a strategy says, its names resolved', 'show my-first')
    .argument('<strategy>', 'its name, or a file')
    .option('--json', 'for a program', false)
    .action(show)
  command('accept', 'put a rule that was tried from the chat among the strategies', 'accept mine')
    .argument('<trial>', 'its name')
    .option('--yes', 'do not ask', false)
    .action(acceptTrial)
}

function folder(): string {
  return strategiesFolder(keysideHome())
}

function begin(name: string, options: { from: string; typescript?: true }): void {
  const { from, typescript = false } = options
  const language: Language = typescript ? 'ts' : 'yaml'
  const path = join(folder(), `${name}.${language}`)
  const named = id.safeParse(name)
  if (!named.success)
    throw new KeysideError('strategy_invalid', `"${name}": ${named.error.issues[0]?.message}`)
  if (existsSync(path))
    throw new KeysideError('strategy_name_taken', `${path} is there already: choose another name`)
  const example = exampleOf(from, language)
  if (example === null)
    throw new KeysideError(
      'strategy_invalid',
      `there is no example "${from}": choose one of ${exampleNames(language).join(', ')}`,
    )
  if (!existsSync(folder()))
    throw new KeysideError(
      'strategies_missing',
      `there is no folder ${folder()}: run "keyside init" first`,
    )
  const text = readText(example)
  writePrivate(
    path,
    typescript ? codeNamed(text, name) : text.replace(/^name: \S+/m, `name: ${name}`),
  )
  if (typescript) writePrivate(join(folder(), TYPES_FILE), typesFile())
  const reference = typescript ? 'docs/strategies-typescript.md' : 'docs/strategies.md'
  print(
    `${path} is there, after the example ${from}.`,
    '',
    'Next:',
    row('edit', `it; ${reference} has every word`),
    row('check', `keyside strategy check ${name}`),
    row('backtest', `keyside backtest ${name}`),
    ...tradeRows(name),
    '',
    'A running engine takes it as soon as it is right.',
  )
}

/** Beside it lie the types, for an editor. */
function codeNamed(text: string, name: string): string {
  return text
    .replace(/^ {2}name: '.*'/m, `  name: '${name}'`)
    .replace(/'[^']*\/keyside\.d\.ts'/, `'./${TYPES_FILE}'`)
}

/** Files of the home's folder, or those that are named. */
function filesOf(named: readonly string[]): readonly string[] {
  if (named.length > 0) return named.map((one) => strategyFile(keysideHome(), one))
  if (!existsSync(folder())) return []
  return strategyFiles(readdirSync(folder())).map((file) => join(folder(), file))
}

function noneThere(): string {
  return `No strategies in ${folder()}: "keyside strategy new" begins one.`
}

function readFile(file: string): Read {
  return strategyTextReader(file, readText(file))()
}

/** Or why it cannot be read: the others are listed all the same. */
function listed(file: string): Read | string {
  try {
    return readFile(file)
  } catch (error) {
    if (error instanceof KeysideError && error.code === 'file_refused') return error.message
    throw error
  }
}

/** Code is not run in a process that could read keys: it runs in a confined one. True if it ran there. `others`: what it needs besides. */
async function elsewhere(
  command: Command,
  files: readonly string[],
  ...others: readonly (string | undefined)[]
): Promise<boolean> {
  if (isWalled() || !files.some(isTypeScript)) return false
  await runConfined(command, { reads: [folder(), ...files, ...filesAmong(...others)] })
  return true
}

/** It looks ahead: none of its decisions can be trusted. */
function cheats(result: { readonly checked: Checked } | object): boolean {
  if (!('checked' in result)) return false
  const { lookAhead, again } = result.checked
  return lookAhead.changed.length > 0 || (again ?? []).length > 0
}

/** With candles or without: a mistake in a file or a look ahead is a failure, a rule that never held is not. */
async function check(named: string[], options: CheckCommand, command: Command): Promise<void> {
  const files = filesOf(named)
  if (await elsewhere(command, files, ...named, options.data)) return
  const results = []
  for (const file of files) results.push(...(await checkFile(file, options)))
  if (results.length === 0) print(noneThere())
  if (options.json) printJson(results)
  else
    for (const [at, result] of results.entries())
      print(...(at === 0 ? [] : ['']), ...checkLines(result))
  if (results.some((result) => 'problems' in result || cheats(result)))
    process.exitCode = EXIT.failed
}

async function checkFile(file: string, options: CheckCommand) {
  const read = readFile(file)
  if (!read.ok) return [{ file: basename(file), problems: read.problems.map(problemText) }]
  const { market } = options
  const chosen = read.strategies.filter((one) => market === undefined || one.market === market)
  const results = []
  for (const strategy of chosen)
    try {
      results.push({ file: basename(file), strategy, ...(await checkOn(strategy, options)) })
    } catch (error) {
      if (!(error instanceof KeysideError) || error.code !== 'strategy_failed') throw error
      results.push({ file: basename(file), problems: [error.message] })
    }
  return results
}

/** Without candles the rules are checked and not run, which is no failure. */
async function checkOn(
  strategy: Strategy,
  options: CheckCommand,
): Promise<{ checked: Checked } | { missing: string }> {
  const { prepare } = await import('@keyside/strategy-engine/backtest')
  try {
    const { candles, others } = prepare(strategy, await sourceOf(options))
    return { checked: checkStrategy(strategy, candles, others) }
  } catch (error) {
    if (error instanceof KeysideError && error.code === 'candles_missing' && !options.data)
      return { missing: error.message }
    throw error
  }
}

async function list({ json }: { json: boolean }, command: Command): Promise<void> {
  const files = filesOf([])
  if (await elsewhere(command, files)) return
  const rows = files.flatMap((file): readonly (readonly string[])[] => {
    const read = listed(file)
    if (typeof read === 'string') return [[basename(file), '', '', read]]
    if (!read.ok) return [[basename(file), '', '', `not right: ${read.problems[0]?.message}`]]
    return read.strategies.map(({ name, market, timeframe, plan = '' }) => [
      name,
      market,
      timeframe,
      plan === '' ? basename(file) : `${basename(file)}, plan ${plan}`,
    ])
  })
  for (const { name, path } of trialsOf(keysideHome())) {
    const read = readFile(path)
    if (!read.ok) continue
    for (const { market, timeframe } of read.strategies)
      rows.push([`trial-${name}`, market, timeframe, 'from the chat, traded by nobody'])
  }
  if (json)
    return printJson(
      rows.map(([name, market, timeframe, note]) => ({ name, market, timeframe, note })),
    )
  if (rows.length === 0) print(noneThere())
  else
    print(
      ...table([['strategy', 'market', 'candles', 'file'], ...rows]).map((line) => line.trimEnd()),
    )
}

async function show(named: string, { json }: { json: boolean }, command: Command): Promise<void> {
  const file = strategyFile(keysideHome(), named)
  if (await elsewhere(command, [file], named)) return
  const strategies = readStrategyFile(basename(file), readText(file))
  const shown = strategies.map((strategy) => ({ ...strategy, warmup: warmupOf(strategy) }))
  if (json) return printJson(shown.map((strategy) => ({ ...strategy, ...texts(strategy) })))
  for (const [at, strategy] of shown.entries())
    print(...(at === 0 ? [] : ['']), ...showLines(strategy))
}
