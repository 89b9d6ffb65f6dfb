// Brings an older journal up to date: each step whole or not at all, whoever dies in the middle.
import type { DatabaseSync } from 'node:sqlite'
import { KeysideError } from '@keyside/runtime'
import { sentenceOf } from '../core/model/codes.ts'

/** Throws `journal_newer`. `PRAGMA user_version` counts the steps that are done. */
export function migrate(db: DatabaseSync, steps: readonly string[]): void {
  while (versionOf(db) !== steps.length) {
    db.exec('BEGIN IMMEDIATE')
    try {
      takeNext(db, steps)
      db.exec('COMMIT')
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK')
      throw error
    }
  }
}

/** Another program may have taken it while this one waited for the lock. */
function takeNext(db: DatabaseSync, steps: readonly string[]): void {
  const version = versionOf(db)
  if (version > steps.length) throw new KeysideError('journal_newer', sentenceOf('journal_newer'))
  const next = steps[version]
  if (next !== undefined) db.exec(`${next} PRAGMA user_version = ${version + 1}`)
}

function versionOf(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA user_version').get()?.['user_version'])
}
