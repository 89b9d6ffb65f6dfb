// What the chat has tightened of the policy, and what it has asked the device for: read without the rest of the journal.
import type { DatabaseSync } from 'node:sqlite'
import {
  applyLooseningEnded,
  applyLooseningRequested,
  applyTightened,
  type LooseningRequests,
  NO_LOOSENING_REQUESTS,
  NO_TIGHTENINGS,
  type Tightenings,
} from '../core/model/tightenings.ts'
import type { Row } from './chain.ts'
import { toEvent } from './journal.ts'
import { CHAT_EVENTS } from './schema.ts'

export interface FromChat {
  readonly tightenings: Tightenings
  readonly requests: LooseningRequests
}

/** Throws `journal_damaged`. */
export function fromChat(db: DatabaseSync): FromChat {
  const rows = db
    .prepare(
      `SELECT * FROM events WHERE type IN (${CHAT_EVENTS.map((type) => `'${type}'`).join(', ')}) ORDER BY seq`,
    )
    .all() as unknown as readonly Row[]
  let tightenings = NO_TIGHTENINGS
  let requests = NO_LOOSENING_REQUESTS
  for (const event of rows.map(toEvent)) {
    if (event.type === 'tightened') tightenings = applyTightened(tightenings, event)
    if (event.type === 'loosening_requested') requests = applyLooseningRequested(requests, event)
    if (event.type === 'loosening_ended') requests = applyLooseningEnded(requests, event)
  }
  return { tightenings, requests }
}
