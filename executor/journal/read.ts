// Reading a journal from outside the executor: what the cli lists, shows, verifies and exports.
import type { JournalEvent } from '../core/model/events.ts'
import type { Row } from './chain.ts'
import { checkIntegrity, lookInto } from './database.ts'
import { type Proof, proveEvents, toEvent } from './journal.ts'
import { holdsMark } from './mark.ts'

export interface JournalEntry {
  readonly seq: number
  /** Unix ms. */
  readonly at: number
  readonly type: string
  /** Client order id. */
  readonly order: string | null
  readonly body: JournalEvent
  readonly hash: string
}

export interface ReadOptions {
  /** Entries after this number. */
  readonly after?: number
  readonly limit?: number
}

/** Oldest first. The executor may be running. Throws `journal_missing` or `journal_damaged`, as all here do. */
export function readJournal(path: string, options: ReadOptions = {}): readonly JournalEntry[] {
  const { after = 0, limit = 1000 } = options
  const rows = lookInto(path, (db) =>
    db.prepare('SELECT * FROM events WHERE seq > ? ORDER BY seq LIMIT ?').all(after, limit),
  )
  return entriesOf(rows as unknown as readonly Row[])
}

/** Oldest first. */
export function newestEvents(path: string, count: number): readonly JournalEntry[] {
  const rows = lookInto(path, (db) =>
    db.prepare('SELECT * FROM events ORDER BY seq DESC LIMIT ?').all(count),
  )
  return entriesOf(rows as unknown as readonly Row[]).toReversed()
}

function entriesOf(rows: readonly Row[]): readonly JournalEntry[] {
  return rows.map((row) => ({
    seq: row.seq,
    at: row.at,
    type: row.type,
    order: row.order_id,
    body: toEvent(row),
    hash: row.hash,
  }))
}

export interface JournalCheck extends Proof {
  readonly events: number
  readonly lastHash: string | null
  /** It lacks its mark, or the event that this names: an end that was cut off leaves a chain whole in itself. */
  readonly restored: boolean
}

export function verifyJournal(path: string): JournalCheck {
  return lookInto(path, (db) => {
    const events = Number(db.prepare('SELECT count(*) AS n FROM events').get()?.['n'])
    const last = db.prepare('SELECT hash FROM events ORDER BY seq DESC LIMIT 1').get()
    const lastHash = last === undefined ? null : String(last['hash'])
    checkIntegrity(db)
    return { events, lastHash, ...proveEvents(db), restored: !holdsMark(path, db) }
  })
}
