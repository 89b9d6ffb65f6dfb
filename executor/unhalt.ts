// The way out of a halt while no executor runs: at the device, by someone who can open its journal.
import { existsSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { LONG_BUSY_TIMEOUT_MS } from '@keyside/runtime'
import { equivocated } from './core/execution/providers.ts'
import type { JournalEvent } from './core/model/events.ts'
import { haltFile } from './halt-request.ts'
import { JOURNAL_FILE, lookInto } from './journal/database.ts'
import { Journal } from './journal/journal.ts'

/** Throws `journal_locked` while the executor runs. `withdrawn`: no executor had taken the request yet. */
export function unhalt(
  home: string,
  { database = JOURNAL_FILE, now, by }: { database?: string; now: number; by: string },
): 'unhalted' | 'withdrawn' | 'not_halted' {
  const journal = new Journal(resolve(home, database), { busyMs: LONG_BUSY_TIMEOUT_MS })
  try {
    const filed = existsSync(haltFile(home))
    rmSync(haltFile(home), { force: true })
    const portfolio = journal.fold()
    const cleared = equivocated(portfolio).map((provider): JournalEvent => {
      return { type: 'equivocation_cleared', provider, by, at: now }
    })
    const state = 'running'
    if (portfolio.trading === 'halted')
      journal.append(
        [...cleared, { type: 'trading', state, by, at: now }],
        [{ type: 'state', state, by }],
        now,
      )
    else if (cleared.length > 0) journal.append(cleared, [], now)
    else return filed ? 'withdrawn' : 'not_halted'
    return 'unhalted'
  } finally {
    journal.close()
  }
}

/** Whether it, or one of its providers, is halted now, or will be at its next start. A home without a journal is not. */
export function isHalted(home: string, database = JOURNAL_FILE): boolean {
  const path = resolve(home, database)
  if (existsSync(haltFile(home))) return true
  return existsSync(path) && (lastTrading(path) === 'halted' || hasEquivocation(path))
}

/** What the trader has to look at: neither cleared since, nor ended by a keyset that revokes a key. */
function hasEquivocation(path: string): boolean {
  const last = `SELECT type FROM events WHERE type IN ('equivocated', 'equivocation_cleared')
    OR (type = 'keyset' AND body ->> '$.revoked' <> '[]') ORDER BY seq DESC LIMIT 1`
  const row = lookInto(path, (db) => db.prepare(last).get())
  return row?.['type'] === 'equivocated'
}

function lastTrading(path: string): unknown {
  const last = "SELECT body FROM events WHERE type = 'trading' ORDER BY seq DESC LIMIT 1"
  const row = lookInto(path, (db) => db.prepare(last).get())
  return row === undefined ? 'running' : JSON.parse(String(row['body'])).state
}
