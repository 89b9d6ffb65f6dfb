// What a journal remembers of providers, for who looks into it from outside.
import { existsSync } from 'node:fs'
import { lookInto } from './database.ts'

/** Fingerprint of the root that the name had first, and so has for good; null where the journal has never met it. */
export function rootInJournal(path: string, provider: string): string | null {
  if (!existsSync(path)) return null
  const first = `SELECT body ->> '$.root' AS root FROM events
    WHERE type = 'provider' AND body ->> '$.provider' = ? ORDER BY seq LIMIT 1`
  const row = lookInto(path, (db) => db.prepare(first).get(provider))
  return row === undefined ? null : String(row['root'])
}
