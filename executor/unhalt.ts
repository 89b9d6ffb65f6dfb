// The way out of a halt while no executor runs: at the device, by someone who can open its journal.
import { existsSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { LONG_BUSY_TIMEOUT_MS } from '@keyside/runtime'
import { haltFile } from './halt-file.ts'
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
    if (journal.fold().trading !== 'halted') return filed ? 'withdrawn' : 'not_halted'
    const state = 'running'
    journal.append([{ type: 'trading', state, by, at: now }], [{ type: 'state', state, by }], now)
    return 'unhalted'
  } finally {
    journal.close()
  }
}

/** Whether it is halted now, or will be at its next start. A home without a journal is not. */
export function isHalted(home: string, database = JOURNAL_FILE): boolean {
  const path = resolve(home, database)
  return existsSync(haltFile(home)) || (existsSync(path) && lastTrading(path) === 'halted')
}

function lastTrading(path: string): unknown {
  const last = "SELECT body FROM events WHERE type = 'trading' ORDER BY seq DESC LIMIT 1"
  const row = lookInto(path, (db) => db.prepare(last).get())
  return row === undefined ? 'running' : JSON.parse(String(row['body'])).state
}
