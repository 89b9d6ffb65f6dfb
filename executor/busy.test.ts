// Another program holds journal.db for a while: the executor does nothing meanwhile, and everything after it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import { Journal } from './journal/journal.ts'
import { newestEvents } from './journal/read.ts'
import { TestExecutor } from './testing/rig.ts'
import { unhalt } from './unhalt.ts'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'keyside-busy-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

function open() {
  const path = join(folder(), 'executor/journal.db')
  const executor = new TestExecutor({ path })
  onTestFinished(() => executor.close())
  const other = new DatabaseSync(path)
  onTestFinished(() => other.close())
  return {
    executor,
    hold: () => other.exec('BEGIN IMMEDIATE'),
    release: () => other.exec('ROLLBACK'),
  }
}

const ENTRY = { size: { unit: 'quote', value: '100' }, stop: '58000' } as const

test('a signal that meets a lock is neither taken nor acknowledged before the lock is gone', async () => {
  const { executor, hold, release } = open()
  await executor.give(executor.head())
  hold()
  let acknowledged = false
  const taken = executor.whenTaken(executor.signal(ENTRY))
  void taken?.then(() => {
    acknowledged = true
  })
  await executor.clock.advance(3_000)
  expect([acknowledged, executor.exchange.sent.length]).toEqual([false, 0])
  release()
  await executor.clock.advance(1_000)
  expect(acknowledged).toBe(true)
  expect(executor.failure).toBeNull()
  expect(Object.keys(executor.state().portfolio.positions)).toHaveLength(1)
})

test('inputs that wait are taken in their order, and decided as things are then', async () => {
  const { executor, hold, release } = open()
  await executor.give(executor.head())
  hold()
  executor.take(executor.signal(ENTRY))
  executor.take(executor.command({ do: 'pause' }))
  // By then the entry is too old to be followed.
  await executor.clock.advance(120_000)
  release()
  await executor.clock.advance(1_000)
  expect(executor.exchange.sent).toEqual([])
  expect(executor.state().portfolio.trading).toBe('paused')
})

test('a halt goes before an entry that waits', async () => {
  const { executor, hold, release } = open()
  await executor.give(executor.head())
  hold()
  executor.take(executor.signal(ENTRY))
  executor.take({ type: 'halt', by: 'device', positions: 'keep' })
  executor.take({ type: 'halt', by: 'device', positions: 'keep' })
  await executor.clock.advance(1_000)
  release()
  await executor.clock.advance(1_000)
  expect(executor.state().portfolio.trading).toBe('halted')
  expect(executor.exchange.sent).toEqual([])
  expect(executor.told().filter((told) => told === 'state halted')).toHaveLength(1)
})

test('the outcome of an order that meets a lock is written down when it is gone: nothing is unknown', async () => {
  const { executor, hold, release } = open()
  await executor.give(executor.head())
  executor.take(executor.signal(ENTRY))
  // Sent, and the answer is on its way.
  hold()
  await executor.clock.advance(2_000)
  release()
  await executor.clock.advance(2_000)
  const events = executor.told()
  expect(events.filter((told) => told.includes('unknown'))).toEqual([])
  expect(Object.keys(executor.state().portfolio.positions)).toHaveLength(1)
})

test('the trader is told of a lock that lasted', async () => {
  const { executor, hold, release } = open()
  hold()
  executor.take(executor.head())
  await executor.clock.advance(8_000)
  release()
  await executor.clock.advance(1_000)
  expect(executor.told()).toContain('notice database_busy')
})

test('and not of one that was over in a moment', async () => {
  const { executor, hold, release } = open()
  hold()
  executor.take(executor.signal(ENTRY))
  await executor.clock.advance(1_000)
  release()
  await executor.clock.advance(1_000)
  expect(executor.told()).not.toContain('notice database_busy')
})

test('a journal that cannot be written for another reason fails at once and for good', async () => {
  const { executor } = open()
  executor.journal.database().exec('PRAGMA max_page_count = 1')
  expect(() => {
    for (let at = 0; at < 100; at += 1) executor.take(executor.signal(ENTRY))
  }).toThrow(expect.objectContaining({ code: 'journal_failed' }))
  expect(executor.failure).toMatchObject({ code: 'journal_failed' })
  expect(() => executor.take(executor.head())).toThrow('the journal has failed')
})

test('a step on the journal alone says which file is held', () => {
  const path = join(folder(), 'executor/journal.db')
  const journal = new Journal(path, { busyMs: 0 })
  onTestFinished(() => journal.close())
  using other = new DatabaseSync(path)
  other.exec('BEGIN IMMEDIATE')
  expect(() =>
    journal.append([{ type: 'trading', state: 'halted', by: 'a test', at: 1 }], [], 1),
  ).toThrow(
    expect.objectContaining({ code: 'database_busy', message: expect.stringContaining(path) }),
  )
})

/** A program that holds a database from when this resolves until a moment later. */
async function holdForAMoment(path: string, statement: string): Promise<void> {
  const worker = new Worker(
    `const { DatabaseSync } = require('node:sqlite')
     const { parentPort, workerData } = require('node:worker_threads')
     const db = new DatabaseSync(workerData.path)
     db.exec(workerData.statement)
     parentPort.postMessage('held')
     setTimeout(() => db.close(), 400)`,
    { eval: true, workerData: { path, statement } },
  )
  onTestFinished(async () => void (await worker.terminate()))
  await new Promise((held) => worker.once('message', held))
}

test.each([
  [
    'a start',
    'BEGIN IMMEDIATE',
    (home: string) => void new Journal(join(home, 'executor/journal.db')).close(),
  ],
  [
    'a command that writes',
    'BEGIN IMMEDIATE',
    (home: string) => void unhalt(home, { now: 2, by: 'a test' }),
  ],
  [
    'a command that reads',
    'PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE held (a)',
    (home: string) => void newestEvents(join(home, 'executor/journal.db'), 10),
  ],
])('%s waits for a lock of some moments', async (_, statement, work) => {
  const home = folder()
  const journal = new Journal(join(home, 'executor/journal.db'))
  journal.append([{ type: 'trading', state: 'halted', by: 'a test', at: 1 }], [], 1)
  journal.close()
  await holdForAMoment(join(home, 'executor/journal.db'), statement)
  expect(() => work(home)).not.toThrow()
})

test('a lock file that somebody reads in passing is no second executor', async () => {
  const home = folder()
  new Journal(join(home, 'executor/journal.db')).close()
  await holdForAMoment(join(home, 'executor/journal.db.lock'), 'BEGIN; SELECT * FROM sqlite_schema')
  expect(() => new Journal(join(home, 'executor/journal.db')).close()).not.toThrow()
})
