// Which summary was sent last, so that none is sent twice and none is left out, over restarts and outages.
import type { Store } from './open.ts'

export type SummaryKind = 'day' | 'week' | 'digest'

export interface SummaryRow {
  /** The time setting when this was written; after a change of the setting nothing is due yet. */
  readonly setting: string
  /** When the last one was due, Unix ms. */
  readonly due: number
  /** End of the time that summaries have covered, Unix ms; 0 for none yet. */
  readonly covered: number
}

/** `device` by the bot's name; empty for what is about all. */
export function readSummary(store: Store, kind: SummaryKind, device: string): SummaryRow | null {
  const row = store.prepare('SELECT * FROM summary WHERE kind = ? AND device = ?').get(kind, device)
  if (row === undefined) return null
  return {
    setting: String(row['setting']),
    due: Number(row['due']),
    covered: Number(row['covered']),
  }
}

export function writeSummary(
  store: Store,
  kind: SummaryKind,
  device: string,
  { setting, due, covered }: SummaryRow,
): void {
  store
    .prepare('INSERT OR REPLACE INTO summary VALUES (?, ?, ?, ?, ?)')
    .run(kind, device, setting, due, covered)
}

export function forgetSummary(store: Store, kind: SummaryKind, device: string): void {
  store.prepare('DELETE FROM summary WHERE kind = ? AND device = ?').run(kind, device)
}
