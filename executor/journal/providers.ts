// What a journal remembers of providers, for whoever reads it from outside.
import { existsSync } from 'node:fs'
import type { ProviderStatus } from '../core/model/provider.ts'
import { lookInto } from './database.ts'

/** Fingerprints of roots. */
export interface JournaledRoots {
  /** The one that the name had first, and so has for good: who the provider is. */
  readonly root: string
  /** The one in force in the newest keyset; the same where there was none. */
  readonly inForce: string
}

/** As the executor told it last, at `since` or later, Unix ms; null where it has told nothing. */
export function statusInJournal(
  path: string,
  provider: string,
  since: number,
): ProviderStatus | null {
  if (!existsSync(path)) return null
  const last = `SELECT body ->> '$.status' AS status FROM events
    WHERE type = 'provider' AND body ->> '$.provider' = ? AND at >= ? ORDER BY seq DESC LIMIT 1`
  const row = lookInto(path, (db) => db.prepare(last).get(provider, since))
  return row === undefined ? null : (String(row['status']) as ProviderStatus)
}

/** Null where the journal has never met a provider by this name. */
export function rootsInJournal(path: string, provider: string): JournaledRoots | null {
  if (!existsSync(path)) return null
  return lookInto(path, (db) => {
    const rootOf = (type: 'provider' | 'keyset', order: 'ASC' | 'DESC') =>
      db
        .prepare(
          `SELECT body ->> '$.root' AS root FROM events
            WHERE type = ? AND body ->> '$.provider' = ? ORDER BY seq ${order} LIMIT 1`,
        )
        .get(type, provider)
    const first = rootOf('provider', 'ASC')
    if (first === undefined) return null
    const root = String(first['root'])
    const inForce = String(rootOf('keyset', 'DESC')?.['root'] ?? root)
    return { root, inForce }
  })
}
