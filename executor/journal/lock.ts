// One program a journal.
import { KeysideError, lockFile } from '@keyside/runtime'
import { sentenceOf } from '../core/model/codes.ts'

/** Throws `journal_locked`, or `file_refused` for the disk. */
export function lockJournal(path: string): () => void {
  const unlock = lockFile(path)
  if (unlock === null) throw new KeysideError('journal_locked', sentenceOf('journal_locked'))
  return unlock
}
