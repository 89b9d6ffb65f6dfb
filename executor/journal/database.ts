// Opens journal.db: private, in write-ahead mode, every commit on the disk before it counts.
import { chmodSync, existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import {
  databaseBusy,
  fileRefused,
  isBusy,
  KeysideError,
  LONG_BUSY_TIMEOUT_MS,
  privateFolder,
  STEP_BUSY_TIMEOUT_MS,
} from '@keyside/runtime'
import { sentenceOf } from '../core/model/codes.ts'
import { JOURNAL_VERSION, SCHEMA } from './schema.ts'

/** Relative to KEYSIDE_HOME, where config.yaml says nothing else. */
export const JOURNAL_FILE = 'executor/journal.db'

export interface Opening {
  /** How long each later step waits for another program, ms. The opening itself is patient. */
  readonly busyMs?: number
  /** Events from one snapshot to the next. */
  readonly snapshotEvery?: number
}

/** Throws `journal_damaged`, `journal_newer`, `journal_older`, `file_refused` or `database_busy`. */
export function openDatabase(
  path: string,
  { busyMs = STEP_BUSY_TIMEOUT_MS }: Opening = {},
): DatabaseSync {
  const db = connect(path)
  try {
    // NORMAL may lose committed transactions at a power cut, and with them an order that was sent.
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    createTables(db)
    db.exec(`PRAGMA busy_timeout = ${busyMs}`)
    return db
  } catch (error) {
    db.close()
    if (isBusy(error)) throw databaseBusy(path, error)
    throw error instanceof KeysideError ? error : asDamagedOrRefused(error, path)
  }
}

/**
 * From outside the executor, which may be running. Throws `journal_missing`, `journal_newer`, `journal_older`,
 * `database_busy`, `file_refused`, or `journal_damaged` with the reason.
 */
export function lookInto<T>(path: string, look: (db: DatabaseSync) => T): T {
  if (!existsSync(path)) throw new KeysideError('journal_missing', sentenceOf('journal_missing'))
  try {
    using db = new DatabaseSync(path, { readOnly: true, timeout: LONG_BUSY_TIMEOUT_MS })
    requireOwnForm(db)
    return look(db)
  } catch (error) {
    if (isBusy(error)) throw databaseBusy(path, error)
    if (!isOfSqlite(error)) throw error
    if (isOfDisk(error)) throw fileRefused(error, path) ?? error
    throw new KeysideError(
      'journal_damaged',
      `${path} cannot be read as a journal (${error.message}): put a backup of this home back, then keyside journal adjust`,
      error,
    )
  }
}

function isOfSqlite(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR'
}

function connect(path: string): DatabaseSync {
  try {
    if (path !== ':memory:') privateFolder(dirname(path))
    const isNew = path !== ':memory:' && !existsSync(path)
    const db = new DatabaseSync(path, { timeout: LONG_BUSY_TIMEOUT_MS })
    if (isNew) chmodSync(path, 0o600)
    return db
  } catch (error) {
    throw (
      fileRefused(error, path) ??
      new KeysideError('journal_failed', sentenceOf('journal_failed'), error)
    )
  }
}

/** One transaction: a crash leaves nothing half done. Another program may have made the tables while this one waited. */
function createTables(db: DatabaseSync): void {
  db.exec('BEGIN IMMEDIATE')
  try {
    if (formOf(db) === 0) db.exec(SCHEMA)
    else requireOwnForm(db)
    db.exec('COMMIT')
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}

/** 0 for what is no journal yet, or none at all. */
function formOf(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.['user_version'])
}

/** Throws `journal_newer` and `journal_older`. */
function requireOwnForm(db: DatabaseSync): void {
  const form = formOf(db)
  if (form === JOURNAL_VERSION || form === 0) return
  const code = form > JOURNAL_VERSION ? 'journal_newer' : 'journal_older'
  throw new KeysideError(code, sentenceOf(code))
}

/** Reads every page. Throws `journal_damaged`. */
export function checkIntegrity(db: DatabaseSync): void {
  const answer = readable(() => db.prepare('PRAGMA quick_check').get()?.['quick_check'])
  if (answer !== 'ok') throw asDamaged(new Error(String(answer)))
}

/** Throws `journal_damaged` where SQLite meets a page that makes no sense, and `file_refused` for the disk. */
export function readable<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw isOfSqlite(error) && !isBusy(error) ? asDamagedOrRefused(error) : error
  }
}

/** A full or read-only disk is not reported as damage: restoring a backup would not help. */
function asDamagedOrRefused(error: unknown, path?: string): KeysideError {
  return (isOfDisk(error) ? fileRefused(error, path) : null) ?? asDamaged(error)
}

function isOfDisk(error: unknown): boolean {
  return isOfSqlite(error) && 'errcode' in error && OF_DISK.has(Number(error.errcode) & 0xff)
}

/** SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN. */
const OF_DISK: ReadonlySet<number> = new Set([8, 10, 13, 14])

function asDamaged(cause: unknown): KeysideError {
  return new KeysideError('journal_damaged', sentenceOf('journal_damaged'), cause)
}
