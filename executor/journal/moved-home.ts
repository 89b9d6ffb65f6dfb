// Moves a journal to another machine: the one left behind is never traded on again, and the moved one is compared with the exchange first.
import { existsSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { KeysideError, LONG_BUSY_TIMEOUT_MS } from '@keyside/runtime'
import { sentenceOf } from '../core/model/codes.ts'
import { Journal } from './journal.ts'
import { keepMarked } from './mark.ts'

export interface HeldJournal {
  /** No executor starts on it from now on, until `keyside journal adjust`. */
  leave(now: number): void
  close(): void
}

/** Makes the journal where there is none yet. Throws `journal_locked` while the executor runs; none starts until it is closed. */
export function holdForMove(path: string): HeldJournal {
  const journal = new Journal(path, { busyMs: LONG_BUSY_TIMEOUT_MS })
  return {
    leave: (now) => {
      const at = new Date(now).toISOString()
      journal.database().prepare("INSERT OR REPLACE INTO kept VALUES ('moved', ?)").run(at)
    },
    close: () => journal.close(),
  }
}

/** Throws `home_moved`. */
export function requireHere(db: DatabaseSync): void {
  if (db.prepare("SELECT 1 FROM kept WHERE name = 'moved'").get() !== undefined)
    throw new KeysideError('home_moved', sentenceOf('home_moved'))
}

export function markHere(db: DatabaseSync): void {
  db.prepare("DELETE FROM kept WHERE name = 'moved'").run()
}

/**
 * Of a journal from a backup, before it takes its place: it waits for `keyside journal adjust` whatever it was. Throws
 * `journal_older`, `journal_newer` and `journal_damaged`.
 */
export function prepareRestored(path: string): void {
  if (!existsSync(path)) return
  const journal = new Journal(path, { busyMs: LONG_BUSY_TIMEOUT_MS })
  try {
    keepMarked(journal.database())
    markHere(journal.database())
  } finally {
    journal.close()
  }
}
