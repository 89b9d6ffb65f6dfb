// keyside journal: everything that was decided and done on this device.
import { resolve } from 'node:path'
import {
  eventText,
  type JournalEntry,
  newestEvents,
  readJournal,
  readSignalHistories,
  sentenceOf,
  TABLE_COLUMNS,
  tableRows,
  verifyJournal,
} from '@keyside/executor'
import { KeysideError, keysideHome } from '@keyside/runtime'
import type { Command } from 'commander'
import { executorSection } from '../home/executor-section.ts'
import { EXIT } from '../programs/exit.ts'
import { count } from '../terminal/count.ts'
import { csvCell } from '../terminal/csv.ts'
import { print, printJson, printRaw, table } from '../terminal/print.ts'
import { addAdjust } from './adjust.ts'

export function addJournal(program: Command): void {
  const journal = program.command('journal').description('what was decided and done on this device')
  const command = (name: string, description: string, example: string) =>
    journal
      .command(name)
      .description(description)
      .option('--json', 'for a program', false)
      .addHelpText('after', `\nExample:\n  keyside journal ${example}`)
  command('list', 'the newest entries, oldest first', 'list --last 20')
    .option('--last <n>', 'how many', count, 30)
    .action(({ last, json }: { last: number; json: boolean }) =>
      list(newestEvents(path(), last), json),
    )
  command('show', 'the whole history of one signal and its orders', 'show 1f0c…')
    .argument('<id>', 'of the signal or of one of its orders, or the beginning of it')
    .action((id: string, { json }: { json: boolean }) => showSignal(id, json))
  command(
    'verify',
    'prove that no entry was removed or changed, and that none is missing',
    'verify',
  ).action(verify)
  command(
    'export',
    'all entries as a table in CSV, or in full as JSON with --json',
    'export > journal.csv',
  ).action(({ json }: { json: boolean }) => (json ? printJson(all()) : printRaw(...csv(all()))))
  addAdjust(journal)
}

function path(): string {
  const home = keysideHome()
  return resolve(home, executorSection(home).database)
}

function all(): JournalEntry[] {
  const entries: JournalEntry[] = []
  for (;;) {
    const page = readJournal(path(), { after: entries.at(-1)?.seq ?? 0 })
    if (page.length === 0) return entries
    entries.push(...page)
  }
}

function showSignal(id: string, json: boolean): undefined {
  const [history, ...others] = readSignalHistories(path(), id)
  if (history === undefined)
    throw new KeysideError(
      'order_not_found',
      `no signal and no order begins with "${id}": look at keyside journal list`,
    )
  if (others.length > 0)
    throw new KeysideError(
      'order_ambiguous',
      `${others.length + 1} signals, or orders of them, begin with "${id}": give more of it`,
    )
  if (json) return printJson(history)
  const rows = history.entries.map(({ at, leg, body }) => [time(at), leg, eventText(body)])
  print(`Signal ${history.signal}`, '', ...table([['UTC', 'about', ''], ...rows]))
}

function list(entries: readonly JournalEntry[], json: boolean): undefined {
  if (json) return printJson(entries)
  const rows = entries.map(({ seq, at, order, body }) => [
    String(seq),
    time(at),
    order?.slice(0, 8) ?? '',
    eventText(body),
  ])
  if (rows.length === 0) print('Nothing has happened yet.')
  else print(...table([['', 'UTC', 'order', ''], ...rows]))
}

function time(at: number): string {
  return new Date(at).toISOString().slice(0, 23).replace('T', ' ')
}

function verify({ json }: { json: boolean }): void {
  const { events, lastHash, brokenAt, snapshot, restored } = verifyJournal(path())
  const ok = brokenAt === null && snapshot !== 'differs' && !restored
  if (json) printJson({ ok, events, lastHash, brokenAt, snapshot, restored })
  else if (ok) print(`${events} entries, unbroken. The last hash is ${lastHash ?? 'none'}.`)
  else {
    if (brokenAt !== null)
      print(`entry ${brokenAt} does not follow from the one before it: the journal was changed`)
    if (snapshot === 'differs')
      print('the snapshot is not what the entries before it add up to: a start reads all entries')
    if (restored) print(`${sentenceOf('journal_restored')} (journal_restored)`)
  }
  process.exitCode = ok ? EXIT.ok : EXIT.failed
}

function csv(entries: readonly JournalEntry[]): string[] {
  return [TABLE_COLUMNS, ...tableRows(entries)].map((cells) => cells.map(csvCell).join(','))
}
