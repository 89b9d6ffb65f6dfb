// Which kind of account this journal records: paper and real money never share a journal.
import { existsSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { KeysideError } from '@keyside/runtime'
import { lookInto } from './database.ts'

const ON_PAPER = 'paper of '

interface Account {
  readonly name: string
  /** Of paper: whose market it follows. */
  readonly of?: string | undefined
}

/** Noted at the first start. Throws `account_changed` where config.yaml now names another kind of money. */
export function keepAccount(db: DatabaseSync, account: Account): void {
  const now = kindOf(account)
  const kept = keptAccount(db)
  if (kept === null) db.prepare('INSERT INTO kept VALUES (?, ?)').run('account', now)
  else if (kept !== now) throw changed(kept, now)
}

/** Whose market a record on paper followed; null for one of an account at an exchange, and before the first start. */
export function paperInJournal(path: string): string | null {
  const kept = existsSync(path) ? lookInto(path, keptAccount) : null
  return kept?.startsWith(ON_PAPER) ? kept.slice(ON_PAPER.length) : null
}

/** `paper of <exchange>`, or `exchange`; null before the first start. */
function keptAccount(db: DatabaseSync): string | null {
  const row = db.prepare("SELECT value FROM kept WHERE name = 'account'").get()
  return row === undefined ? null : String(row['value'])
}

function kindOf({ name, of = '' }: Account): string {
  return name === 'paper' ? `${ON_PAPER}${of}` : 'exchange'
}

function changed(kept: string, now: string): KeysideError {
  const words = (kind: string) => (kind === 'exchange' ? 'an account at an exchange' : kind)
  return new KeysideError(
    'account_changed',
    `the record of this account is of ${words(kept)}, and config.yaml now says ${words(now)}: put "exchange" back as it was, and add the other account beside it ("keyside accounts add")`,
  )
}
