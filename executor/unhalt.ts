// The only way out of a halt: at the device, with the executor stopped, by someone who can open its journal.
import { existsSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { haltFile } from './halt-file.ts'
import { Journal } from './journal/journal.ts'

/** Throws `journal_locked` while the executor runs. `not_halted` when there was nothing to undo. */
export function unhalt(
  home: string,
  { database = 'journal.db', now, by }: { database?: string; now: number; by: string },
): 'unhalted' | 'not_halted' {
  const journal = new Journal(resolve(home, database))
  try {
    const filed = existsSync(haltFile(home))
    rmSync(haltFile(home), { force: true })
    if (journal.fold().trading !== 'halted') return filed ? 'unhalted' : 'not_halted'
    const state = 'running'
    journal.append([{ type: 'trading', state, by, at: now }], [{ type: 'state', state, by }], now)
    return 'unhalted'
  } finally {
    journal.close()
  }
}
