// One executor a journal: a lock that the operating system takes back when the process dies.
import { DatabaseSync } from 'node:sqlite'
import { KeysideError } from '@keyside/runtime'
import { sentenceOf } from '../codes.ts'

/** Readers are not kept out: the lock is a file of its own. Throws `journal_locked`. */
export function lockJournal(path: string): () => void {
  const lock = new DatabaseSync(`${path}.lock`)
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    throw new KeysideError('journal_locked', sentenceOf('journal_locked'), error)
  }
  return () => lock.close()
}
