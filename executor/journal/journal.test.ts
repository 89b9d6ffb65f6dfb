import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JournalEvent } from '../core/model/events.ts'
import { TestExecutor } from '../testing/rig.ts'
import { unhalt } from '../unhalt.ts'
import { Journal } from './journal.ts'
import { newestEvents, readJournal, verifyJournal } from './read.ts'
import { readSignalHistories } from './signal-history.ts'

let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keyside-journal-'))
  mkdirSync(join(home, 'executor'))
})
afterEach(() => rmSync(home, { recursive: true }))

const path = () => join(home, 'executor/journal.db')
const trading: JournalEvent = { type: 'trading', state: 'paused', by: 'test', at: 1 }

async function traded(): Promise<TestExecutor> {
  const executor = new TestExecutor({ path: path() })
  await executor.enter({ stopPrice: '58000' })
  return executor
}

test('folds to the same book after it was closed and opened again', async () => {
  const executor = await traded()
  const { portfolio } = executor.state()
  executor.close()
  const again = new Journal(path())
  expect(again.fold()).toEqual(portfolio)
  again.close()
})

test('is for its owner only', async () => {
  const executor = await traded()
  expect(statSync(path()).mode & 0o077).toBe(0)
  executor.close()
})

test('waits for the disk at each commit', () => {
  const journal = new Journal(path())
  const ask = (pragma: string) =>
    Object.values(journal.database().prepare(`PRAGMA ${pragma}`).get() ?? {})
  expect(ask('synchronous')).toEqual([2])
  expect(ask('journal_mode')).toEqual(['wal'])
  journal.close()
})

test('keeps a second executor out and lets a reader in', async () => {
  const executor = await traded()
  expect(() => new Journal(path())).toThrow(expect.objectContaining({ code: 'journal_locked' }))
  expect(readJournal(path()).length).toBeGreaterThan(5)
  executor.close()
})

test('shows the facts of one order, oldest first', async () => {
  const executor = await traded()
  executor.close()
  const order = executor.exchange.accepted[0]?.clientOrderId ?? ''
  const types = readJournal(path())
    .filter((event) => event.order === order)
    .map(({ type }) => type)
  expect(types).toEqual(['ordered', 'planned', 'step', 'step', 'step', 'fill', 'step', 'step'])
})

test.each([
  ["UPDATE events SET body = replace(body, '60300', '60301') WHERE type = 'planned'"],
  ['UPDATE events SET at = at + 1 WHERE seq = 4'],
  ['DELETE FROM events WHERE seq = 4'],
  ["UPDATE events SET hash = 'another' WHERE seq = 4"],
])('sees that it was edited: %s', async (edit) => {
  const executor = await traded()
  executor.close()
  expect(verifyJournal(path()).brokenAt).toBeNull()
  using db = new DatabaseSync(path())
  db.exec(edit)
  expect(verifyJournal(path()).brokenAt).not.toBeNull()
  const edited = new Journal(path())
  expect(() => edited.fold()).toThrow(expect.objectContaining({ code: 'journal_damaged' }))
  edited.close()
})

test.for([
  ['journal_newer', 99],
  ['journal_older', 2],
] as const)('refuses a journal of another form with %s', ([code, version]) => {
  const other = new DatabaseSync(path())
  other.exec(`PRAGMA user_version = ${version}`)
  other.close()
  expect(() => new Journal(path())).toThrow(expect.objectContaining({ code }))
})

test.each([
  { type: 'dreamt', at: 2 },
  { type: 'step', clientOrderId: 'x', event: 'dream', at: 2 },
])('refuses an event that only a newer version knows, wherever it stands: $type', (event) => {
  for (const events of [[event], [event, trading]]) {
    rmSync(path(), { force: true })
    const journal = new Journal(path())
    journal.append([trading, ...(events as unknown as JournalEvent[])], [], 2)
    const newer = expect.objectContaining({ code: 'journal_newer' })
    expect(() => journal.fold()).toThrow(newer)
    expect(() => verifyJournal(path())).toThrow(newer)
    journal.close()
  }
})

test('a disk that does not give it is no damage: nobody is told to put a backup back', () => {
  const refused = { code: 'file_refused', message: expect.stringContaining(`${path()}: `) }
  mkdirSync(path())
  for (const look of [() => new Journal(path()), () => readJournal(path())])
    expect(look, 'a folder').toThrow(expect.objectContaining(refused))
  rmSync(path(), { recursive: true })
  new Journal(path()).close()
  mkdirSync(`${path()}-shm`)
  expect(() => new Journal(path())).toThrow(expect.objectContaining(refused))
})

const LOOKS: readonly (() => unknown)[] = [
  () => readJournal(path()),
  () => newestEvents(path(), 1),
  () => readSignalHistories(path(), 'a'),
  () => verifyJournal(path()),
]

test('says so where there is no journal to look into, and makes none', () => {
  for (const look of LOOKS)
    expect(look).toThrow(expect.objectContaining({ code: 'journal_missing' }))
  expect(existsSync(path())).toBe(false)
})

test.each([
  ['something else', () => writeFileSync(path(), 'not a database\n'.repeat(99)), /not a database/],
  ['an empty file', () => writeFileSync(path(), ''), /no such table/],
])('says what is wrong where the journal is %s', (_, make, reason) => {
  make()
  const damaged = { code: 'journal_damaged', message: expect.stringMatching(reason) }
  for (const look of LOOKS) expect(look).toThrow(expect.objectContaining(damaged))
})

test('shows the newest facts, oldest first', async () => {
  const executor = await traded()
  executor.close()
  const all = readJournal(path())
  expect(newestEvents(path(), 3)).toEqual(all.slice(-3))
  expect(newestEvents(path(), 9999)).toEqual(all)
})

test('takes no second intent for one order, whatever asks for it', async () => {
  const executor = await traded()
  const order = executor.exchange.accepted[0]?.clientOrderId ?? ''
  const intent: JournalEvent = { type: 'step', clientOrderId: order, event: 'initialize', at: 1 }
  expect(() => executor.journal.append([trading, intent], [], 1)).toThrow(
    expect.objectContaining({ code: 'journal_failed' }),
  )
  expect(executor.journal.fold().trading).toBe('running')
  executor.close()
})

test('a full disk stops everything: nothing is acknowledged, sent or half written', async () => {
  const executor = new TestExecutor({ path: path() })
  executor.take(executor.head())
  const db = executor.journal.database()
  const pages = Number(db.prepare('PRAGMA page_count').get()?.['page_count'])
  db.exec(`PRAGMA max_page_count = ${pages}`)
  const flood = () => {
    for (let round = 0; round < 500; round += 1)
      executor.take(executor.command({ do: 'status' }, `ask ${round}`))
  }
  expect(flood).toThrow()
  expect(executor.failure).toMatchObject({ code: 'journal_failed' })
  expect(() => executor.take(executor.signal())).toThrow()
  await executor.clock.advance(1_000)
  expect(executor.exchange.sent).toEqual([])
  db.exec('PRAGMA max_page_count = 1000000')
  expect(verifyJournal(path()).brokenAt).toBeNull()
  executor.close()
})

test('is unhalted at the device only, while the executor is stopped', async () => {
  const executor = await traded()
  executor.take({ type: 'halt', by: 'device' })
  const at = { now: 5, by: 'device' }
  expect(() => unhalt(home, at)).toThrow(expect.objectContaining({ code: 'journal_locked' }))
  executor.close()
  expect(unhalt(home, at)).toBe('unhalted')
  expect(unhalt(home, at)).toBe('not_halted')
  const journal = new Journal(path())
  expect(journal.fold().trading).toBe('running')
  journal.close()
})
