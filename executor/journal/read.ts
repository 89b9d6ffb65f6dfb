// Reading a journal from outside the executor: what the cli lists, shows, verifies and exports.
import { DatabaseSync } from 'node:sqlite'
import type { Fact } from '../core/fact.ts'
import type { Row } from './chain.ts'
import { toFact, verifyFacts } from './journal.ts'

export interface JournalEntry {
  readonly seq: number
  /** Unix ms. */
  readonly at: number
  readonly type: string
  /** Client order id. */
  readonly order: string | null
  readonly body: Fact
  readonly hash: string
}

export interface ReadOptions {
  /** Entries after this number. */
  readonly after?: number
  readonly limit?: number
  /** Client order id. */
  readonly order?: string
}

/** Oldest first. The executor may be running. */
export function readJournal(path: string, options: ReadOptions = {}): readonly JournalEntry[] {
  const { after = 0, limit = 1000, order } = options
  using db = new DatabaseSync(path, { readOnly: true })
  const rows = db
    .prepare(
      'SELECT * FROM facts WHERE seq > ? AND (? IS NULL OR order_id = ?) ORDER BY seq LIMIT ?',
    )
    .all(after, order ?? null, order ?? null, limit) as unknown as readonly Row[]
  return rows.map((row) => ({
    seq: row.seq,
    at: row.at,
    type: row.type,
    order: row.order_id,
    body: toFact(row),
    hash: row.hash,
  }))
}

export interface JournalCheck {
  readonly facts: number
  /** Note the last hash elsewhere: a journal whose end was cut off is whole in itself. */
  readonly lastHash: string | null
  /** The first entry that does not follow from the one before it; null for none. */
  readonly brokenAt: number | null
}

export function verifyJournal(path: string): JournalCheck {
  using db = new DatabaseSync(path, { readOnly: true })
  const facts = Number(db.prepare('SELECT count(*) AS n FROM facts').get()?.['n'])
  const last = db.prepare('SELECT hash FROM facts ORDER BY seq DESC LIMIT 1').get()
  const lastHash = last === undefined ? null : String(last['hash'])
  return { facts, lastHash, brokenAt: verifyFacts(db) }
}
