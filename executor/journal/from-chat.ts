// What the chat has tightened of the policy, and what it has asked the device for: read without the rest of the journal.
import type { DatabaseSync } from 'node:sqlite'
import {
  applyTightened,
  applyWishEnded,
  applyWished,
  NO_TIGHTENINGS,
  NO_WISHES,
  type Tightenings,
  type Wishes,
} from '../core/model/tightenings.ts'
import type { Row } from './chain.ts'
import { toEvent } from './journal.ts'
import { CHAT_EVENTS } from './schema.ts'

export interface FromChat {
  readonly tightenings: Tightenings
  readonly wishes: Wishes
}

/** Throws `journal_damaged`. */
export function fromChat(db: DatabaseSync): FromChat {
  const rows = db
    .prepare(
      `SELECT * FROM events WHERE type IN (${CHAT_EVENTS.map((type) => `'${type}'`).join(', ')}) ORDER BY seq`,
    )
    .all() as unknown as readonly Row[]
  let tightenings = NO_TIGHTENINGS
  let wishes = NO_WISHES
  for (const event of rows.map(toEvent)) {
    if (event.type === 'tightened') tightenings = applyTightened(tightenings, event)
    if (event.type === 'wished') wishes = applyWished(wishes, event)
    if (event.type === 'wish_ended') wishes = applyWishEnded(wishes, event)
  }
  return { tightenings, wishes }
}
