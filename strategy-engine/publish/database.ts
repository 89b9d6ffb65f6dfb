// The engine's database: the position of each stream, and every signal that was signed.
import { chmodSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import {
  databaseBusy,
  isBusy,
  KeysideError,
  LONG_BUSY_TIMEOUT_MS,
  openLocked,
  STEP_BUSY_TIMEOUT_MS,
} from '@keyside/runtime'

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS streams (
    name TEXT PRIMARY KEY,
    plan TEXT NOT NULL,
    market TEXT NOT NULL,
    seq INTEGER NOT NULL,
    hash TEXT NOT NULL,
    position TEXT NOT NULL CHECK (position IN ('long', 'flat')),
    since INTEGER NOT NULL,
    last_candle REAL,
    entry_candle REAL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS signals (
    stream TEXT NOT NULL REFERENCES streams (name),
    seq INTEGER NOT NULL,
    jti TEXT NOT NULL UNIQUE,
    token TEXT NOT NULL,
    exp REAL NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('unsent', 'sent', 'missed')),
    PRIMARY KEY (stream, seq)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS unsent ON signals (stream, seq) WHERE state = 'unsent';
`

/** `path` may be `:memory:`. Throws `database_busy`. */
export function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, {
    enableForeignKeyConstraints: true,
    timeout: LONG_BUSY_TIMEOUT_MS,
  })
  try {
    if (path !== ':memory:') chmodSync(path, 0o600)
    // A signal that was sent must never be forgotten, even when the power fails: its number would be given twice.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    database.exec(SCHEMA)
    database.exec(`PRAGMA busy_timeout = ${STEP_BUSY_TIMEOUT_MS}`)
    return database
  } catch (error) {
    database.close()
    throw isBusy(error) ? databaseBusy(path, error) : error
  }
}

/** For one engine: two would number their signals from one outbox. Throws `engine_locked` or `database_busy`. */
export function openExclusive(path: string): { database: DatabaseSync; close: () => void } {
  const opened = openLocked(path, openDatabase)
  if (opened !== null) return { database: opened.value, close: opened.close }
  throw new KeysideError(
    'engine_locked',
    `another engine uses ${path}: use that one, or stop it first`,
  )
}

/** Commits what `work` did, or nothing of it. */
export function transaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
