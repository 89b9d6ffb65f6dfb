// The journal's mark: a recent event, noted in a file of its own. A journal without that event is an older one put back.
import { existsSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { KeysideError, readSecret, writePrivate } from '@keyside/runtime'
import { sentenceOf } from '../core/model/codes.ts'
import type { Link } from './chain.ts'
import type { Journal } from './journal.ts'

export function markFile(journal: string): string {
  return `${journal}.mark`
}

/** Throws `journal_restored`. */
export function requireMarked(path: string, journal: Journal): void {
  if (!holdsMark(path, journal.database()))
    throw new KeysideError('journal_restored', sentenceOf('journal_restored'))
}

/**
 * Whether the event that the mark names is there. A journal that was marked once and has no mark any more does not hold
 * it either: otherwise whoever puts an old one back would only have to delete a file. One that never had a mark is new,
 * or from an older Keyside. A running executor writes event, mark and note of it in this order: they are read backwards.
 */
export function holdsMark(path: string, db: DatabaseSync): boolean {
  const file = markFile(path)
  const marked = isMarked(db)
  if (!existsSync(file)) return !marked
  const mark = readMark(file)
  return mark !== null && (mark.seq === 0 || hashOf(db, mark.seq) === mark.hash)
}

/** The file is written first, so that a journal which notes a mark always has one. */
export function writeMark(path: string, journal: Journal): void {
  const { seq, hash } = journal.last()
  writePrivate(markFile(path), `${seq} ${hash}\n`)
  keepMarked(journal.database())
}

/** Null for a number that was not reached. */
function hashOf(db: DatabaseSync, seq: number): string | null {
  const row = db.prepare('SELECT hash FROM events WHERE seq = ?').get(seq)
  return row === undefined ? null : String(row['hash'])
}

/** Null for one that cannot be read, which proves nothing. */
function readMark(file: string): Link | null {
  const [, seq, hash] = /^(\d+) (\S+)$/.exec(readSecret(file)) ?? []
  return seq === undefined || hash === undefined ? null : { seq: Number(seq), hash }
}

/** Whether this journal has ever had a mark beside it. */
function isMarked(db: DatabaseSync): boolean {
  return db.prepare("SELECT 1 FROM kept WHERE name = 'marked'").get() !== undefined
}

/** One that says so and has no mark beside it is compared with the exchange before anything is traded on it. */
export function keepMarked(db: DatabaseSync): void {
  db.prepare("INSERT OR IGNORE INTO kept VALUES ('marked', 'yes')").run()
}
