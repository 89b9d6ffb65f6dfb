// The journal's mark: a recent fact, noted in a file of its own. A journal without that fact is an older one put back.
import { existsSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { KeysideError, readSecret, writePrivate } from '@keyside/runtime'
import { sentenceOf } from '../codes.ts'
import type { Journal } from './journal.ts'

export interface Mark {
  readonly seq: number
  readonly hash: string
}

export function markFile(journal: string): string {
  return `${journal}.mark`
}

/**
 * Throws `journal_restored`. A journal that was marked once and has no mark any more is refused too: otherwise whoever
 * puts an old one back would only have to delete a file. One that never had a mark is new, or from an older Keyside.
 */
export function requireMarked(path: string, journal: Journal): void {
  const file = markFile(path)
  const good = existsSync(file) ? isIn(readMark(file), journal) : !isMarked(journal.database())
  if (!good) throw new KeysideError('journal_restored', sentenceOf('journal_restored'))
}

/** The file first: a journal that says it was marked has one. */
export function writeMark(path: string, journal: Journal): void {
  const { seq, hash } = journal.last()
  writePrivate(markFile(path), `${seq} ${hash}\n`)
  keepMarked(journal.database())
}

function isIn(mark: Mark | null, journal: Journal): boolean {
  return mark !== null && (mark.seq === 0 || journal.hashOf(mark.seq) === mark.hash)
}

/** Null for one that cannot be read, which proves nothing. */
function readMark(file: string): Mark | null {
  const [, seq, hash] = /^(\d+) (\S+)$/.exec(readSecret(file)) ?? []
  return seq === undefined || hash === undefined ? null : { seq: Number(seq), hash }
}

/** Whether this journal has ever had a mark beside it. */
function isMarked(db: DatabaseSync): boolean {
  return db.prepare("SELECT 1 FROM kept WHERE name = 'marked'").get() !== undefined
}

function keepMarked(db: DatabaseSync): void {
  db.prepare("INSERT OR IGNORE INTO kept VALUES ('marked', 'yes')").run()
}
