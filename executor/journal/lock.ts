// One executor a journal.
import { KeysideError, lockFile } from '@keyside/runtime'
import { sentenceOf } from '../core/model/codes.ts'

/** Throws `journal_locked`, or `journal_failed` for the disk. */
export function lockJournal(path: string): () => void {
  const unlock = attempt(path)
  if (unlock === null) throw new KeysideError('journal_locked', sentenceOf('journal_locked'))
  return unlock
}

function attempt(path: string): (() => void) | null {
  try {
    return lockFile(path)
  } catch (error) {
    throw new KeysideError('journal_failed', sentenceOf('journal_failed'), error)
  }
}
