// Reads the journal into the ledger: the first time all of it, later what was added. The database has an index of just these events.
import type { DatabaseSync } from 'node:sqlite'
import { LEDGER_EVENTS, Ledger, type LedgerEvent } from '../results/ledger.ts'
import type { Row } from './chain.ts'
import { lookInto } from './database.ts'
import { toEvent } from './journal.ts'

/** Events at a time: so many take a few milliseconds, and a decision may come in between. */
const SLICE = 1_000

const OF_RESULTS = `type IN (${LEDGER_EVENTS.map((type) => `'${type}'`).join(', ')})`
export const RESULTS_QUERY = `SELECT * FROM events WHERE seq > ? AND ${OF_RESULTS} ORDER BY seq LIMIT ${SLICE}`
const ALL = `SELECT * FROM events WHERE ${OF_RESULTS} ORDER BY seq`

/** For one journal. */
export class Results {
  readonly #ledger = new Ledger()
  #seq = 0

  /** With all that the journal has; `pause` resolves when the next slice may be read. Calls may overlap. */
  async read(db: DatabaseSync, pause: () => Promise<void>): Promise<Ledger> {
    while (this.#readSlice(db) === SLICE) await pause()
    return this.#ledger
  }

  #readSlice(db: DatabaseSync): number {
    const rows = db.prepare(RESULTS_QUERY).all(this.#seq) as unknown as readonly Row[]
    for (const row of rows) {
      this.#ledger.apply(toEvent(row) as LedgerEvent)
      this.#seq = row.seq
    }
    return rows.length
  }
}

/** From outside the executor, which may be running. Throws `journal_missing`, `journal_damaged` or `database_busy`. */
export function readResults(path: string): Ledger {
  return lookInto(path, ledgerOf)
}

/** All at once. */
export function ledgerOf(db: DatabaseSync): Ledger {
  const ledger = new Ledger()
  for (const row of db.prepare(ALL).iterate() as unknown as Iterable<Row>)
    ledger.apply(toEvent(row) as LedgerEvent)
  return ledger
}
