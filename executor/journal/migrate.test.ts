// Journals of an older Keyside, brought up to date whole or not at all.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDatabase } from './database.ts'
import { Journal } from './journal.ts'
import { migrate } from './migrate.ts'
import { readJournal, verifyJournal } from './read.ts'
import { MIGRATIONS } from './schema.ts'
import { tell } from './words.ts'

const VERSION_1 = readFileSync(join(import.meta.dirname, 'version-1.sql'), 'utf8')

let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keyside-migrate-'))
  using old = new DatabaseSync(path())
  old.exec(VERSION_1)
})
afterEach(() => rmSync(home, { recursive: true }))
const path = () => join(home, 'journal.db')

function shape(db: DatabaseSync): string[] {
  const rows = db.prepare('SELECT name FROM sqlite_schema ORDER BY name').all()
  return rows.map(({ name }) => String(name))
}

function version(db: DatabaseSync): unknown {
  return db.prepare('PRAGMA user_version').get()?.['user_version']
}

test('opens a journal of the first Keyside and reads its book', () => {
  const journal = new Journal(path())
  expect(version(journal.database())).toBe(MIGRATIONS.length)
  const { trading, positions, streams, orders, ended } = journal.fold()
  expect({ trading, orders }).toEqual({ trading: 'halted', orders: {} })
  const held = { amount: '0.00497', bought: '0.00497', paid: '298.2', stop: '58000' }
  expect(positions).toMatchObject({ 'demo BTC/USDT': held })
  expect(streams).toMatchObject({ demo: { seq: 1, bars: { entry: 1, exit: -1 } } })
  expect(ended.map(({ state }) => state)).toEqual([
    'filled',
    'canceled',
    'turned_down',
    'turned_down',
  ])
  journal.close()
  expect(verifyJournal(path())).toMatchObject({ facts: 37, brokenAt: null })
})

test('has words for every fact of the first Keyside', () => {
  for (const { body } of readJournal(path())) expect(tell(body)).toMatch(/^.{5,}$/)
})

test('an old journal and a new one end with the same tables', () => {
  using fresh = openDatabase(':memory:')
  using old = openDatabase(path())
  expect(shape(old)).toEqual(shape(fresh))
})

test('finds an order by its number at the exchange without reading everything', () => {
  using db = openDatabase(path())
  const question = "SELECT 1 FROM facts WHERE type = 'step' AND body ->> 'exchangeId' = ?"
  const plan = db.prepare(`EXPLAIN QUERY PLAN ${question}`).all('1')
  expect(JSON.stringify(plan)).toContain('facts_by_number')
})

test('a step that fails leaves nothing of itself', () => {
  using db = new DatabaseSync(path())
  const before = shape(db)
  expect(() => migrate(db, ['', 'CREATE TABLE half (x); CREATE TABLE half (x);'])).toThrow()
  expect(shape(db)).toEqual(before)
  expect(version(db)).toBe(1)
})

test('a process that is killed in the middle of a step leaves nothing of it, and the next one goes on', {
  timeout: 20_000,
}, async () => {
  const script = `
    import { DatabaseSync } from 'node:sqlite'
    import { migrate } from ${JSON.stringify(join(import.meta.dirname, 'migrate.ts'))}
    const db = new DatabaseSync(process.argv[1])
    db.exec('PRAGMA journal_mode = WAL')
    db.function('die', () => process.kill(process.pid, 'SIGKILL'))
    migrate(db, ['', 'CREATE TABLE half (x); INSERT INTO kept VALUES (1, 1); SELECT die();'])`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, path()])
  const [, signal] = await once(child, 'exit')
  expect(signal).toBe('SIGKILL')
  using db = openDatabase(path())
  expect(shape(db)).not.toContain('half')
  expect(version(db)).toBe(MIGRATIONS.length)
  expect(verifyJournal(path()).brokenAt).toBeNull()
})
