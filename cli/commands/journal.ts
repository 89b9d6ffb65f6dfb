// keyside journal: everything that was decided and done on this device.
import { resolve } from 'node:path'
import { type JournalEntry, readJournal, tell, verifyJournal } from '@keyside/executor'
import { KeysideError, keysideHome } from '@keyside/runtime'
import { type Command, InvalidArgumentError } from 'commander'
import { csvCell } from '../csv.ts'
import { executorSection } from '../home-keychain.ts'
import { print, printJson, table } from '../print.ts'
import { EXIT } from '../run-program.ts'
import { addRebase } from './rebase.ts'

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
    .action(({ last, json }: { last: number; json: boolean }) => show(newest(last), json))
  command('show', 'the whole story of one order', 'show 1f0c…')
    .argument('<order>', 'its client order id, or the beginning of it')
    .action((order: string, { json }: { json: boolean }) => show(story(order), json))
  command('verify', 'prove that no entry was removed or changed', 'verify').action(verify)
  command('export', 'all entries as CSV, or as JSON with --json', 'export > journal.csv').action(
    ({ json }: { json: boolean }) => (json ? printJson(all()) : print(...csv(all()))),
  )
  addRebase(journal)
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

function newest(last: number): readonly JournalEntry[] {
  const end = verifyJournal(path()).facts
  return readJournal(path(), { after: Math.max(0, end - last), limit: last })
}

function story(order: string): readonly JournalEntry[] {
  const found = all().filter((entry) => entry.order?.startsWith(order))
  const orders = new Set(found.map((entry) => entry.order))
  if (orders.size === 1) return found
  const many = orders.size > 1
  throw new KeysideError(
    many ? 'order_ambiguous' : 'order_not_found',
    many
      ? `${orders.size} orders begin with "${order}": give more of the id`
      : `no order begins with "${order}": look at keyside journal list`,
  )
}

function show(entries: readonly JournalEntry[], json: boolean): void {
  if (json) printJson(entries)
  else print(...table([['', 'UTC', 'order', ''], ...entries.map(row)]))
}

function row({ seq, at, order, body }: JournalEntry): string[] {
  return [String(seq), time(at), order?.slice(0, 8) ?? '', tell(body)]
}

function time(at: number): string {
  return new Date(at).toISOString().slice(0, 23).replace('T', ' ')
}

function verify({ json }: { json: boolean }): void {
  const { facts, lastHash, brokenAt } = verifyJournal(path())
  if (json) printJson({ ok: brokenAt === null, facts, lastHash, brokenAt })
  else if (brokenAt === null)
    print(`${facts} entries, unbroken. The last hash is ${lastHash ?? 'none'}.`)
  else print(`entry ${brokenAt} does not follow from the one before it: the journal was changed`)
  process.exitCode = brokenAt === null ? EXIT.ok : EXIT.failed
}

function csv(entries: readonly JournalEntry[]): string[] {
  const lines = entries.map(({ seq, at, type, order, body, hash }) =>
    [String(seq), time(at), type, order ?? '', JSON.stringify(body), hash].map(csvCell).join(','),
  )
  return ['seq,time_utc,type,order,body,hash', ...lines]
}

function count(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('expected 1 to 9999')
  return Number(text)
}
