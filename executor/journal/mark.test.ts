// Backups that are put back, ends that are cut off, marks that are taken away.
import { copyFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { systemClock } from '@keyside/runtime'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { JournalEvent } from '../core/model/events.ts'
import { Journal } from './journal.ts'
import { markFile, requireMarked } from './mark.ts'
import { verifyJournal } from './read.ts'
import { keepUp } from './upkeep.ts'

const log = pino({ level: 'silent' })
const RESTORED = expect.objectContaining({ code: 'journal_restored' })

let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keyside-mark-'))
})
afterEach(() => rmSync(home, { recursive: true }))
const path = () => join(home, 'journal.db')

function trading(at: number): JournalEvent {
  return { type: 'trading', state: at % 2 === 0 ? 'paused' : 'running', by: 'test', at }
}

/** One run of an executor: so many more facts, and the mark of its end. */
function run(events: number): void {
  const journal = new Journal(path())
  try {
    requireMarked(path(), journal)
    const stop = keepUp({ path: path(), journal, clock: systemClock, log })
    for (let at = 0; at < events; at += 1) journal.append([trading(at)], [], at)
    stop()
  } finally {
    journal.close()
  }
}

function backUp(): () => void {
  const copy = join(home, 'backup.db')
  copyFileSync(path(), copy)
  return () => {
    for (const end of ['-wal', '-shm']) rmSync(`${path()}${end}`, { force: true })
    copyFileSync(copy, path())
  }
}

test('a journal that goes on from its mark is trusted, run after run', () => {
  for (const events of [0, 3, 0, 2]) run(events)
  expect(statSync(markFile(path())).mode & 0o077).toBe(0)
})

test('a journal that was put back from a backup is refused, and stays refused when it grows', () => {
  run(3)
  const restore = backUp()
  run(2)
  restore()
  expect(() => run(0)).toThrow(RESTORED)
  const other = new Journal(path())
  for (let at = 0; at < 9; at += 1) other.append([trading(at + 100)], [], at)
  other.close()
  expect(() => run(0)).toThrow(RESTORED)
})

test('a journal whose end was cut off is refused', () => {
  run(5)
  using db = new DatabaseSync(path())
  db.exec('DELETE FROM events WHERE seq = 5')
  expect(() => run(0)).toThrow(RESTORED)
})

test('an empty journal beside an old mark is refused', () => {
  run(5)
  for (const end of ['', '-wal', '-shm']) rmSync(`${path()}${end}`, { force: true })
  expect(() => run(0)).toThrow(RESTORED)
})

test.each([
  ['was taken away', () => rmSync(markFile(path()))],
  ['was emptied', () => writeFileSync(markFile(path()), '')],
  ['says another hash', () => writeFileSync(markFile(path()), '1 another\n')],
])('a journal is refused when its mark %s', (_, tamper) => {
  run(5)
  tamper()
  expect(() => run(0)).toThrow(RESTORED)
})

test('a journal of a Keyside that made no marks gets its first one', () => {
  const journal = new Journal(path())
  journal.append([trading(1)], [], 1)
  journal.close()
  run(1)
  rmSync(markFile(path()))
  expect(() => run(0)).toThrow(RESTORED)
})

test('verifying says the same, also while the executor runs', () => {
  run(2)
  const restore = backUp()
  const journal = new Journal(path())
  const stop = keepUp({ path: path(), journal, clock: systemClock, log })
  journal.append([trading(7)], [], 7)
  expect(verifyJournal(path())).toMatchObject({ events: 3, brokenAt: null, restored: false })
  stop()
  expect(verifyJournal(path()).restored).toBe(false)
  journal.close()
  restore()
  expect(verifyJournal(path())).toMatchObject({ events: 2, brokenAt: null, restored: true })
  rmSync(markFile(path()))
  expect(verifyJournal(path()), 'it was marked once').toMatchObject({ restored: true })
})

test('verifying finds nothing wrong with a journal that never had a mark', () => {
  const journal = new Journal(path())
  journal.append([trading(1)], [], 1)
  journal.close()
  expect(verifyJournal(path())).toMatchObject({ events: 1, restored: false })
})

test('a kill between two marks is no restored backup', () => {
  run(2)
  const journal = new Journal(path())
  journal.append([trading(7)], [], 7)
  journal.close()
  run(0)
})

test('old reports go, but never facts, nor the last ten thousand, nor those of thirty days', () => {
  const journal = new Journal(':memory:')
  const day = 86_400_000
  const notice = { type: 'notice', level: 'info', code: 'x', message: 'x' } as const
  const write = (count: number, at: number) =>
    journal.append([trading(at)], Array(count).fill(notice), at)
  const count = () =>
    Number(journal.database().prepare('SELECT count(*) AS n FROM reports').get()?.['n'])
  write(6_000, 0)
  write(9_000, day)
  journal.prune(32 * day)
  expect(count(), 'the last ten thousand').toBe(10_000)
  write(12_000, 40 * day)
  journal.prune(69 * day)
  expect(count(), 'and all of thirty days').toBe(12_000)
  expect(journal.lastReport()).toBe(27_000)
  expect(journal.last().seq).toBe(3)
  expect(journal.reportsAfter(0, 1)[0]?.seq).toBe(15_001)
  journal.close()
})
