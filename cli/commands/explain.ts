// keyside explain: why there was no trade. The whole way of one signal on this device, and where it ended.
import { resolve } from 'node:path'
import { explain, newestEvents, readSignalHistories } from '@keyside/executor'
import { KeysideError, keysideHome } from '@keyside/runtime'
import type { Command } from 'commander'
import { executorSection } from '../home/executor-section.ts'
import { print, printJson, table } from '../terminal/print.ts'

export function addExplain(program: Command): void {
  program
    .command('explain')
    .argument(
      '[signal]',
      'its id, that of one of its orders, or the beginning of it; the newest signal without one',
    )
    .description('why no trade: the whole way of one signal, and where it ended')
    .option('--json', 'for a program', false)
    .addHelpText('after', '\nExample:\n  keyside explain 1f0c…')
    .action((signal: string | undefined, { json }: { json: boolean }) => run(signal, json))
}

function run(wanted: string | undefined, json: boolean): undefined {
  const home = keysideHome()
  const path = resolve(home, executorSection(home).database)
  const beginning = wanted ?? newestSignal(path)
  const [history, ...others] = readSignalHistories(path, beginning)
  if (others.length > 0)
    throw new KeysideError(
      'order_ambiguous',
      `${others.length + 1} signals, or orders of them, begin with "${beginning}": give more of it`,
    )
  const events = history?.entries.map(({ body }) => body) ?? []
  const told = history === undefined ? null : explain(history.signal, events)
  if (told === null)
    throw new KeysideError(
      'order_not_found',
      `no signal and no order begins with "${beginning}": look at keyside journal list`,
    )
  if (json) return printJson(told)
  const { signal, stream = '', market = '', rows, end } = told
  print(
    `Signal ${signal}  ${stream} ${market}`.trimEnd(),
    '',
    ...table([['UTC', 'step', ''], ...rows.map(({ at, stage, text }) => [time(at), stage, text])]),
    '',
    `${end.is}: ${end.text}${end.code === undefined ? '' : ` (${end.code})`}`,
  )
}

/** So many of the newest entries are looked through for one. */
const LOOKED_AT = 20_000

function newestSignal(path: string): string {
  for (const { body } of newestEvents(path, LOOKED_AT).toReversed())
    if ((body.type === 'signal' || body.type === 'refused') && body.jti !== undefined)
      return body.jti
  throw new KeysideError(
    'order_not_found',
    'no signal has come to this device yet: keyside doctor says what is missing',
  )
}

/** `at` in Unix seconds. */
function time(at: number): string {
  return new Date(at * 1000).toISOString().slice(0, 23).replace('T', ' ')
}
