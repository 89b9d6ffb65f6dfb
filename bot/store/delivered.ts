// Which reports were told, by number and content: a number alone does not say which of two programs it comes from.
import { hashText, type Report } from '@keyside/protocol'
import type { Store } from './open.ts'

/** Numbers back from the newest; older ones are known by number alone. */
const KEPT = 1000

export function markDelivered(store: Store, report: Report): void {
  store
    .prepare('INSERT OR IGNORE INTO delivered_report VALUES (?, ?)')
    .run(report.seq, digestOf(report))
  store.prepare('DELETE FROM delivered_report WHERE seq <= ?').run(report.seq - KEPT)
}

/** The number was told, and with it something else. */
export function differsFromDelivered(store: Store, report: Report): boolean {
  const digests = store.prepare('SELECT digest FROM delivered_report WHERE seq = ?').all(report.seq)
  const digest = digestOf(report)
  return digests.length > 0 && digests.every((row) => row['digest'] !== digest)
}

export function forgetDelivered(store: Store): void {
  store.exec('DELETE FROM delivered_report')
}

/** A replay is signed anew, by another run: only what happened, and when, is the same. */
function digestOf({ at, event }: Report): string {
  return hashText(JSON.stringify([at, event]))
}
