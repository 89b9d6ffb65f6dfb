// Which reports of each device were delivered, by number and content: two programs with a copied home use the same numbers.
import { hashText, type Report } from '@keyside/protocol'
import type { Store } from './open.ts'

/** Numbers back from the newest; older ones are known by number alone. */
const KEPT = 1000

export function markDelivered(store: Store, device: string, report: Report): void {
  store
    .prepare('INSERT OR IGNORE INTO delivered_report VALUES (?, ?, ?)')
    .run(device, report.seq, digestOf(report))
  store
    .prepare('DELETE FROM delivered_report WHERE device = ? AND seq <= ?')
    .run(device, report.seq - KEPT)
}

/** A different report was delivered under this number. */
export function differsFromDelivered(store: Store, device: string, report: Report): boolean {
  const digests = store
    .prepare('SELECT digest FROM delivered_report WHERE device = ? AND seq = ?')
    .all(device, report.seq)
  const digest = digestOf(report)
  return digests.length > 0 && digests.every((row) => row['digest'] !== digest)
}

export function forgetDelivered(store: Store, device: string): void {
  store.prepare('DELETE FROM delivered_report WHERE device = ?').run(device)
}

/** A replay has a new signature: only the event and its time are the same. */
function digestOf({ at, event }: Report): string {
  return hashText(JSON.stringify([at, event]))
}
