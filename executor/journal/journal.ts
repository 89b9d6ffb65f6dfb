// The journal: events and the reports they caused, in one transaction or not at all.
import type { DatabaseSync } from 'node:sqlite'
import { isDeepStrictEqual } from 'node:util'
import type { ReportEvent } from '@keyside/protocol'
import { databaseBusy, isBusy, KeysideError } from '@keyside/runtime'
import { apply } from '../core/model/apply.ts'
import { sentenceOf } from '../core/model/codes.ts'
import { type JournalEvent, orderOf } from '../core/model/events.ts'
import { ORDER_EVENTS } from '../core/model/order-table.ts'
import { EMPTY_PORTFOLIO, type Portfolio } from '../core/model/state.ts'
import { BEFORE_THE_FIRST, follows, type Link, linkHash, type Row } from './chain.ts'
import { checkIntegrity, type Opening, openDatabase, readable } from './database.ts'
import { lockJournal } from './lock.ts'
import { readSnapshot, snapshotEvent, writeSnapshot } from './snapshot.ts'

export interface OutboxReport {
  readonly seq: number
  /** Unix ms. */
  readonly at: number
  readonly event: ReportEvent
}

/** Reports are kept for this time or in this number, whichever keeps more. */
const REPORTS_KEPT = 10_000
const REPORTS_KEPT_MS = 30 * 86_400_000

/** Events from one snapshot to the next: so many are folded in a tenth of a second. */
const SNAPSHOT_EVERY = 10_000

/** One executor at a time: it holds the lock until `close`. */
export class Journal {
  readonly #db: DatabaseSync
  readonly #path: string
  readonly #unlock: () => void
  readonly #insert
  readonly #outbox
  readonly #snapshotEvery: number
  #last: Link
  #lastReport: number
  #snapshotAt = 0
  #start: 'snapshot' | 'whole' | 'edited' = 'whole'

  /** Throws `journal_locked`, `journal_damaged`, `journal_newer`, `journal_older`, `file_refused` or `database_busy`. */
  constructor(path: string, opening: Opening = {}) {
    this.#path = path
    this.#unlock = path === ':memory:' ? () => undefined : lockJournal(path)
    try {
      this.#db = openDatabase(path, opening)
      this.#last = readable(() => lastRow(this.#db))
    } catch (error) {
      this.#unlock()
      throw error
    }
    this.#insert = this.#db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)')
    this.#outbox = this.#db.prepare('INSERT INTO reports VALUES (?, ?, ?)')
    this.#snapshotEvery = opening.snapshotEvery ?? SNAPSHOT_EVERY
    this.#lastReport = Number(
      this.#db.prepare('SELECT coalesce(max(seq), 0) AS seq FROM reports').get()?.['seq'],
    )
  }

  /**
   * Durable when it returns; otherwise nothing of it was written. Throws `database_busy`: the same may be tried again
   * later. Throws `journal_failed`: nothing may follow. `after`: the portfolio with these events in it, which is kept
   * now and then for the next start.
   */
  append(
    events: readonly JournalEvent[],
    reports: readonly ReportEvent[],
    at: number,
    after?: Portfolio,
  ): readonly OutboxReport[] {
    if (events.length === 0 && reports.length === 0) return []
    let last = this.#last
    let lastReport = this.#lastReport
    try {
      this.#db.exec('BEGIN IMMEDIATE')
      for (const event of events) last = this.#link(event, last)
      const isDue = after !== undefined && last.seq - this.#snapshotAt >= this.#snapshotEvery
      if (isDue) last = this.#keep(after, at, last)
      const written = reports.map((event) => ({ seq: ++lastReport, at, event }))
      for (const one of written) this.#outbox.run(one.seq, one.at, JSON.stringify(one.event))
      this.#db.exec('COMMIT')
      this.#last = last
      this.#lastReport = lastReport
      if (isDue) this.#snapshotAt = last.seq
      return written
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      if (isBusy(error)) throw databaseBusy(this.#path, error)
      throw new KeysideError('journal_failed', sentenceOf('journal_failed'), error)
    }
  }

  #keep(after: Portfolio, at: number, last: Link): Link {
    const body = JSON.stringify(after)
    const event = this.#link(snapshotEvent(body, at), last)
    writeSnapshot(this.#db, event, body)
    return event
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

  /**
   * What all events add up to: from the snapshot on, where its proof holds. Throws `journal_damaged` for a broken
   * chain: nobody trades on a portfolio that was edited; and `journal_newer` for an event that is not known here.
   */
  fold(): Portfolio {
    return readable(() => this.#fold())
  }

  #fold(): Portfolio {
    const kept = readSnapshot(this.#db)
    const isUsed = typeof kept === 'object'
    this.#snapshotAt = isUsed ? kept.event.seq : 0
    this.#start = isUsed ? 'snapshot' : kept === 'edited' ? 'edited' : 'whole'
    // The pages that are not read are looked at by `keyside journal verify`.
    if (!isUsed) checkIntegrity(this.#db)
    let portfolio = isUsed ? kept.portfolio : EMPTY_PORTFOLIO
    let last = isUsed ? kept.event : BEFORE_THE_FIRST
    for (const row of rowsAfter(this.#db, last.seq)) {
      if (!follows(row, last))
        throw new KeysideError('journal_damaged', sentenceOf('journal_damaged'))
      portfolio = applyRow(portfolio, row)
      last = row
    }
    return portfolio
  }

  /** What the last fold began with; `edited`: with the first event, for the snapshot is not what the chain says. */
  startedFrom(): 'snapshot' | 'whole' | 'edited' {
    return this.#start
  }

  /** The newest event's number and hash. */
  last(): Link {
    return this.#last
  }

  /** The first event's hash: a copy has the same, a new journal another. */
  name(): string {
    const row = this.#db.prepare('SELECT hash FROM events ORDER BY seq LIMIT 1').get()
    return row === undefined ? BEFORE_THE_FIRST.hash : String(row['hash'])
  }

  /** When it was written, Unix ms; null for an empty journal. */
  lastAt(): number | null {
    const row = this.#db.prepare('SELECT at FROM events ORDER BY seq DESC LIMIT 1').get()
    return row === undefined ? null : Number(row['at'])
  }

  /** Takes out reports that are old and of which there are plenty after them; events never. */
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

  /** Whether it can be written now. Nothing is. */
  answers(): boolean {
    try {
      this.#db.exec('BEGIN IMMEDIATE; ROLLBACK')
      return true
    } catch {
      if (this.#db.isOpen && this.#db.isTransaction) this.#db.exec('ROLLBACK')
      return false
    }
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
  return rowsAfter(db, 0)
}

function rowsAfter(db: DatabaseSync, seq: number): Iterable<Row> {
  const rows = db.prepare('SELECT * FROM events WHERE seq > ? ORDER BY seq').iterate(seq)
  return rows as unknown as Iterable<Row>
}

/** A newer version adds events, and its journal has the same form: nothing is traded on what is understood in part. */
function applyRow(portfolio: Portfolio, row: Row): Portfolio {
  const event = toEvent(row)
  const isKnown = event.type !== 'step' || ORDER_EVENTS.includes(event.event)
  const next: Portfolio | undefined = isKnown ? apply(portfolio, event) : undefined
  if (next === undefined) throw new KeysideError('journal_newer', sentenceOf('journal_newer'))
  return next
}

export interface Proof {
  /** The first broken row's number; null for an unbroken chain. */
  readonly brokenAt: number | null
  /** `differs`: it is not what the events before it add up to. It is judged where the chain is whole. */
  readonly snapshot: 'none' | 'agrees' | 'differs'
}

/** The whole chain from the first event on, and the snapshot against their fold. */
export function proveEvents(db: DatabaseSync): Proof {
  const kept = readSnapshot(db)
  let portfolio = EMPTY_PORTFOLIO
  let last = BEFORE_THE_FIRST
  let isSame = false
  for (const row of allRows(db)) {
    if (!follows(row, last)) return { brokenAt: row.seq, snapshot: 'none' }
    portfolio = applyRow(portfolio, row)
    last = row
    if (typeof kept === 'object' && kept.event.seq === row.seq)
      isSame = isDeepStrictEqual(JSON.parse(JSON.stringify(portfolio)), kept.portfolio)
  }
  const snapshot = kept === 'none' ? 'none' : isSame ? 'agrees' : 'differs'
  return { brokenAt: null, snapshot }
}

function lastRow(db: DatabaseSync): Link {
  const row = db.prepare('SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1').get()
  return row === undefined
    ? BEFORE_THE_FIRST
    : { seq: Number(row['seq']), hash: String(row['hash']) }
}
