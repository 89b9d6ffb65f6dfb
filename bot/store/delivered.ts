// Which reports were delivered, by number and content: two programs with a copied home use the same numbers.
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

/** A different report was delivered under this number. */
export function differsFromDelivered(store: Store, report: Report): boolean {
  const digests = store.prepare('SELECT digest FROM delivered_report WHERE seq = ?').all(report.seq)
  const digest = digestOf(report)
  return digests.length > 0 && digests.every((row) => row['digest'] !== digest)
}

export function forgetDelivered(store: Store): void {
  store.exec('DELETE FROM delivered_report')
}

/** A replay has a new signature: only the event and its time are the same. */
function digestOf({ at, event }: Report): string {
  return hashText(JSON.stringify([at, event]))
}
