// SQLite as the programs keep their records: private, in write-ahead mode, every commit on the disk before it counts.
import { chmodSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { databaseBusy, isBusy, LONG_BUSY_TIMEOUT_MS, STEP_BUSY_TIMEOUT_MS } from './busy.ts'
import { privateFolder } from './files.ts'

/** `path` may be `:memory:`; `schema` makes the tables that are not there yet. Throws `database_busy`. */
export function openDatabase(path: string, schema: string): DatabaseSync {
  if (path !== ':memory:') privateFolder(dirname(path))
  const database = new DatabaseSync(path, {
    enableForeignKeyConstraints: true,
    timeout: LONG_BUSY_TIMEOUT_MS,
  })
  try {
    if (path !== ':memory:') chmodSync(path, 0o600)
    // NORMAL may lose committed transactions at a power cut: what others were told must not be forgotten.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    database.exec(schema)
    database.exec(`PRAGMA busy_timeout = ${STEP_BUSY_TIMEOUT_MS}`)
    return database
  } catch (error) {
    database.close()
    throw isBusy(error) ? databaseBusy(path, error) : error
  }
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
