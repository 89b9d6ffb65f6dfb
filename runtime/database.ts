// SQLite as the programs keep their records: private, in write-ahead mode, every commit on the disk before it counts.
import { createHash } from 'node:crypto'
import { chmodSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { databaseBusy, isBusy, LONG_BUSY_TIMEOUT_MS, STEP_BUSY_TIMEOUT_MS } from './busy.ts'
import { KeysideError } from './error.ts'
import { fileRefused } from './file-refused.ts'
import { privateFolder } from './files.ts'

/**
 * `path` may be `:memory:`; `schema` makes the tables where there are none. Throws `database_busy`, `database_other`
 * for a file that another version has written, or no Keyside at all, and `file_refused`.
 */
export function openDatabase(path: string, schema: string): DatabaseSync {
  const database = connect(path)
  try {
    if (path !== ':memory:') chmodSync(path, 0o600)
    // NORMAL may lose committed transactions at a power cut: what others were told must not be forgotten.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    const form = formOf(schema)
    if (isNew(database)) database.exec(`${schema}; PRAGMA user_version = ${form}`)
    else if (pragma(database, 'user_version') !== form) throw databaseOther(path)
    database.exec(`PRAGMA busy_timeout = ${STEP_BUSY_TIMEOUT_MS}`)
    return database
  } catch (error) {
    database.close()
    if (isNoDatabase(error)) throw databaseOther(path)
    throw isBusy(error) ? databaseBusy(path, error) : (fileRefused(error, path) ?? error)
  }
}

function connect(path: string): DatabaseSync {
  try {
    if (path !== ':memory:') privateFolder(dirname(path))
    return new DatabaseSync(path, {
      enableForeignKeyConstraints: true,
      timeout: LONG_BUSY_TIMEOUT_MS,
    })
  } catch (error) {
    throw fileRefused(error, path) ?? error
  }
}

/** Of its own text, so that nobody has to raise a number when a table changes. 31 bits: what SQLite's header has for it. */
function formOf(schema: string): number {
  return createHash('sha256').update(schema).digest().readUInt32BE() >>> 1
}

function isNew(database: DatabaseSync): boolean {
  return pragma(database, 'schema_version') === 0
}

function pragma(database: DatabaseSync, name: string): number {
  return Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0])
}

/** SQLite's SQLITE_NOTADB. */
function isNoDatabase(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 26
}

function databaseOther(path: string): KeysideError {
  return new KeysideError(
    'database_other',
    `${path} was not written by this version of Keyside, and nothing in it was changed: use the version that wrote it, or move the file away to begin anew`,
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
