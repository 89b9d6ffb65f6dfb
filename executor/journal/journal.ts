// The journal: facts and the reports they caused, in one transaction or not at all.
import type { DatabaseSync } from 'node:sqlite'
import type { ReportEvent } from '@keyside/protocol'
import { databaseBusy, isBusy, KeysideError } from '@keyside/runtime'
import { apply } from '../core/model/apply.ts'
import { sentenceOf } from '../core/model/codes.ts'
import { type JournalEvent, orderOf } from '../core/model/events.ts'
import { EMPTY_PORTFOLIO, type Portfolio } from '../core/model/state.ts'
import { BEFORE_THE_FIRST, follows, type Link, linkHash, type Row } from './chain.ts'
import { type Opening, openDatabase } from './database.ts'
import { lockJournal } from './lock.ts'

export interface OutboxReport {
  readonly seq: number
  /** Unix ms. */
  readonly at: number
  readonly event: ReportEvent
}

/** Whichever of the two keeps more. */
const REPORTS_KEPT = 10_000
const REPORTS_KEPT_MS = 30 * 86_400_000

/** For one executor: it holds the lock until `close`. */
export class Journal {
  readonly #db: DatabaseSync
  readonly #path: string
  readonly #unlock: () => void
  readonly #insert
  readonly #outbox
  #last: Link
  #lastReport: number

  /** Throws `journal_locked`, `journal_damaged`, `journal_newer`, `journal_failed` or `database_busy`. */
  constructor(path: string, opening: Opening = {}) {
    this.#path = path
    this.#unlock = path === ':memory:' ? () => undefined : lockJournal(path)
    try {
      this.#db = openDatabase(path, opening)
    } catch (error) {
      this.#unlock()
      throw error
    }
    this.#insert = this.#db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)')
    this.#outbox = this.#db.prepare('INSERT INTO reports VALUES (?, ?, ?)')
    this.#last = lastRow(this.#db)
    this.#lastReport = Number(
      this.#db.prepare('SELECT coalesce(max(seq), 0) AS seq FROM reports').get()?.['seq'],
    )
  }

  /**
   * Durable when it returns; otherwise nothing of it was written. Throws `database_busy`: the same may be tried again
   * later. Throws `journal_failed`: nothing may follow.
   */
  append(
    events: readonly JournalEvent[],
    reports: readonly ReportEvent[],
    at: number,
  ): readonly OutboxReport[] {
    if (events.length === 0 && reports.length === 0) return []
    let last = this.#last
    let lastReport = this.#lastReport
    try {
      this.#db.exec('BEGIN IMMEDIATE')
      for (const event of events) last = this.#link(event, last)
      const written = reports.map((event) => ({ seq: ++lastReport, at, event }))
      for (const one of written) this.#outbox.run(one.seq, one.at, JSON.stringify(one.event))
      this.#db.exec('COMMIT')
      this.#last = last
      this.#lastReport = lastReport
      return written
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      if (isBusy(error)) throw databaseBusy(this.#path, error)
      throw new KeysideError('journal_failed', sentenceOf('journal_failed'), error)
    }
  }

  #link(event: JournalEvent, last: Link): Link {
    const { at, type, ...body } = event
    const row = {
      seq: last.seq + 1,
      at,
      type,
      order_id: orderOf(event),
      body: JSON.stringify(body),
      prev_hash: last.hash,
    }
    const hash = linkHash(row)
    this.#insert.run(row.seq, at, type, row.order_id, row.body, row.prev_hash, hash)
    return { seq: row.seq, hash }
  }

  /** The fold of everything. Throws `journal_damaged` for a broken chain: nobody trades on a book that was edited. */
  fold(): Portfolio {
    let portfolio = EMPTY_PORTFOLIO
    let last = BEFORE_THE_FIRST
    for (const row of allRows(this.#db)) {
      if (!follows(row, last))
        throw new KeysideError('journal_damaged', sentenceOf('journal_damaged'))
      portfolio = apply(portfolio, toEvent(row))
      last = row
    }
    return portfolio
  }

  /** The newest fact's number and hash. */
  last(): Link {
    return this.#last
  }

  /** The first fact's hash: a copy has the same, a new journal another. */
  name(): string {
    const row = this.#db.prepare('SELECT hash FROM events ORDER BY seq LIMIT 1').get()
    return row === undefined ? BEFORE_THE_FIRST.hash : String(row['hash'])
  }

  /** When it was written, Unix ms; null for an empty journal. */
  lastAt(): number | null {
    const row = this.#db.prepare('SELECT at FROM events ORDER BY seq DESC LIMIT 1').get()
    return row === undefined ? null : Number(row['at'])
  }

  /** Takes out reports that are old and of which there are plenty after them; facts never. */
  prune(now: number): void {
    this.#db
      .prepare('DELETE FROM reports WHERE seq <= ? AND at < ?')
      .run(this.#lastReport - REPORTS_KEPT, now - REPORTS_KEPT_MS)
  }

  lastReport(): number {
    return this.#lastReport
  }

  reportsAfter(seq: number, limit: number): readonly OutboxReport[] {
    const rows = this.#db
      .prepare('SELECT seq, at, event FROM reports WHERE seq > ? ORDER BY seq LIMIT ?')
      .all(seq, limit)
    return rows.map((row) => ({
      seq: Number(row['seq']),
      at: Number(row['at']),
      event: JSON.parse(String(row['event'])) as ReportEvent,
    }))
  }

  /** How long each step waits from now on for another program, ms. */
  setBusyWait(ms: number): void {
    this.#db.exec(`PRAGMA busy_timeout = ${ms}`)
  }

  database(): DatabaseSync {
    return this.#db
  }

  close(): void {
    this.#db.close()
    this.#unlock()
  }
}

export function toEvent({ at, type, body }: Row): JournalEvent {
  return { ...(JSON.parse(body) as object), type, at } as JournalEvent
}

export function allRows(db: DatabaseSync): Iterable<Row> {
  return db.prepare('SELECT * FROM events ORDER BY seq').iterate() as unknown as Iterable<Row>
}

/** The first broken row's number; null for an unbroken chain. */
export function verifyFacts(db: DatabaseSync): number | null {
  let last = BEFORE_THE_FIRST
  for (const row of allRows(db)) {
    if (!follows(row, last)) return row.seq
    last = row
  }
  return null
}

function lastRow(db: DatabaseSync): Link {
  const row = db.prepare('SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1').get()
  return row === undefined
    ? BEFORE_THE_FIRST
    : { seq: Number(row['seq']), hash: String(row['hash']) }
}
