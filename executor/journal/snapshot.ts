// The portfolio as it was after some event, so that a start folds only what came after it. The journal's own chain proves it.
import { hash as sha256 } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { codeVersion } from '@keyside/runtime'
import type { JournalEvent } from '../core/model/events.ts'
import type { Portfolio } from '../core/model/state.ts'
import { type Link, linkHash, type Row } from './chain.ts'

/**
 * Another fold of the same events may be another portfolio: the version is the text of what folds. Read as this is
 * loaded, beside the code that it is the text of: later, an update of Keyside may have put another in its place.
 */
const VERSION = codeVersion('portfolio')

interface Snapshot {
  readonly portfolio: Portfolio
  /** The event in the chain that names it. */
  readonly event: Link
}

/** `none`: there is none, or one of another version of the code; `edited`: it is not what the chain says of it. */
export type SnapshotFound = Snapshot | 'none' | 'edited'

/** What its event in the chain says of it. `body`: the portfolio as JSON. */
export function snapshotEvent(body: string, at: number): JournalEvent {
  return { type: 'snapshot', digest: digestOf(VERSION, body), at }
}

/** In the transaction of its event, in place of the one before. */
export function writeSnapshot(db: DatabaseSync, { seq }: Link, body: string): void {
  db.prepare('INSERT OR REPLACE INTO snapshots VALUES (1, ?, ?, ?)').run(seq, VERSION, body)
}

export function readSnapshot(db: DatabaseSync): SnapshotFound {
  const kept = db.prepare('SELECT seq, version, body FROM snapshots').get() as Kept | undefined
  if (kept === undefined) return 'none'
  const event = db.prepare('SELECT * FROM events WHERE seq = ?').get(kept.seq)
  if (event === undefined || !proves(event as unknown as Row, kept)) return 'edited'
  if (kept.version !== VERSION) return 'none'
  const { seq, hash } = event as unknown as Row
  return { portfolio: JSON.parse(kept.body) as Portfolio, event: { seq, hash } }
}

interface Kept {
  readonly seq: number
  readonly version: string
  readonly body: string
}

function proves(event: Row, { version, body }: Kept): boolean {
  if (event.type !== 'snapshot' || event.hash !== linkHash(event)) return false
  return (JSON.parse(event.body) as { digest?: unknown }).digest === digestOf(version, body)
}

function digestOf(version: string, body: string): string {
  return sha256('sha256', JSON.stringify([version, body]), 'base64url')
}
