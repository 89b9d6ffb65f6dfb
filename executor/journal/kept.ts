// Small things kept beside the facts, which are no facts: the policy that the trader accepted.
import type { DatabaseSync } from 'node:sqlite'

export interface AcceptedPolicy {
  readonly hash: string
  readonly text: string
}

export function keptPolicy(db: DatabaseSync): AcceptedPolicy | null {
  const row = db.prepare("SELECT value FROM kept WHERE name = 'policy'").get()
  return row === undefined ? null : (JSON.parse(String(row['value'])) as AcceptedPolicy)
}

export function keepPolicy(db: DatabaseSync, accepted: AcceptedPolicy): void {
  db.prepare("INSERT OR REPLACE INTO kept VALUES ('policy', ?)").run(JSON.stringify(accepted))
}
