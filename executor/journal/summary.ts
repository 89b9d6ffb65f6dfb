// A journal without anything of what it is about: how many events there are of each kind, and the newest that have a code.
import type { JournalEvent } from '../core/model/events.ts'
import { lookInto } from './database.ts'

/** Each kind: what is none of them is counted as `other`. */
const KINDS: Readonly<Record<JournalEvent['type'], true>> = {
  account_seen: true,
  address_seen: true,
  adjusted: true,
  baselined: true,
  cancel_asked: true,
  card: true,
  closing: true,
  code: true,
  commanded: true,
  condition: true,
  day_lost: true,
  day_opened: true,
  drift_over: true,
  equivocated: true,
  equivocation_cleared: true,
  fee_priced: true,
  fill: true,
  gap_closed: true,
  high_water_mark: true,
  key_rights: true,
  keyset: true,
  mapped: true,
  missing: true,
  order_seen: true,
  ordered: true,
  paused: true,
  planned: true,
  position_drift: true,
  price_alert_armed: true,
  price_alert_fired: true,
  price_alert_removed: true,
  price_alert_set: true,
  provider: true,
  reappeared: true,
  refused: true,
  resumed: true,
  signal: true,
  silence: true,
  snapshot: true,
  step: true,
  stop_moved: true,
  tightened: true,
  trading: true,
  unexpected: true,
  unprotected: true,
  loosening_ended: true,
  loosening_requested: true,
  written_off: true,
}

export interface JournalSummary {
  readonly counts: Readonly<Record<string, number>>
  /** The newest last; `at` in Unix ms. */
  readonly coded: readonly {
    readonly at: number
    readonly kind: string
    readonly code: string
  }[]
}

/** `newest`: how many with a code. The executor may be running. Throws as `readJournal`. */
export function journalSummary(path: string, newest: number): JournalSummary {
  return lookInto(path, (db) => {
    const counts: Record<string, number> = {}
    for (const row of db.prepare('SELECT type, count(*) AS n FROM events GROUP BY type').all()) {
      const kind = kindOf(row['type'])
      counts[kind] = (counts[kind] ?? 0) + Number(row['n'])
    }
    const rows = db
      .prepare(
        `SELECT at, type, body ->> '$.code' AS code FROM events
         WHERE body ->> '$.code' IS NOT NULL ORDER BY seq DESC LIMIT ?`,
      )
      .all(newest)
    const coded = rows.map(({ at, type, code }) => ({
      at: Number(at),
      kind: kindOf(type),
      code: String(code),
    }))
    return { counts, coded: coded.toReversed() }
  })
}

function kindOf(type: unknown): string {
  return Object.hasOwn(KINDS, String(type)) ? String(type) : 'other'
}
