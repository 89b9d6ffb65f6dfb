// One executor a journal: a lock that the operating system takes back when the process dies.
import { DatabaseSync } from 'node:sqlite'
import { isBusy, KeysideError } from '@keyside/runtime'
import { sentenceOf } from '../codes.ts'

/** A backup that reads the lock's file is done with it by then, ms; an executor is not. */
const PASSING_MS = 1_000

/** Readers are not kept out: the lock is a file of its own. Throws `journal_locked`, or `journal_failed` for the disk. */
export function lockJournal(path: string): () => void {
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(`${path}.lock`, { timeout: PASSING_MS })
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock?.close()
    const code = isBusy(error) ? 'journal_locked' : 'journal_failed'
    throw new KeysideError(code, sentenceOf(code), error)
  }
  const held = lock
  return () => held.close()
}
