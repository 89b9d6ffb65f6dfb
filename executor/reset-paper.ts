// The paper account begins again. At the device, while no executor runs.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { KeysideError, LONG_BUSY_TIMEOUT_MS } from '@keyside/runtime'
import { marketsOf } from './core/model/positions.ts'
import { JOURNAL_FILE } from './journal/database.ts'
import { Journal } from './journal/journal.ts'
import { openPaperAccount, PAPER_BALANCES, type VenueConfig } from './venues/create-venue.ts'

export interface PaperReset {
  /** What the account will have. */
  readonly balances: Readonly<Record<string, string>>
  carryOut(): void
  /** To be called in the end, whatever was decided. */
  close(): void
}

/**
 * Throws `journal_locked` or `paper_in_use` while the executor runs, and `paper_orders_open` where something is held: the
 * journal would go on with coins that are gone.
 */
export function preparePaperReset(
  home: string,
  { database = JOURNAL_FILE, exchange }: { database?: string; exchange: VenueConfig },
): PaperReset {
  const held = heldMarkets(resolve(home, database))
  if (held.length > 0)
    throw new KeysideError(
      'paper_orders_open',
      `something is held or ordered of ${held.join(', ')}: sell it first ("keyside halt --sell" while it runs), then reset the account`,
    )
  const account = openPaperAccount(exchange, home)
  const { balances = PAPER_BALANCES } = exchange
  return { balances, carryOut: () => account.reset(balances), close: () => account.close() }
}

/** In which something is held or ordered, by a journal that may not be there yet. Throws `journal_locked` while the executor runs. */
export function heldMarkets(path: string): readonly string[] {
  if (!existsSync(path)) return []
  const journal = new Journal(path, { busyMs: LONG_BUSY_TIMEOUT_MS })
  try {
    return marketsOf(journal.fold(), [])
  } finally {
    journal.close()
  }
}
