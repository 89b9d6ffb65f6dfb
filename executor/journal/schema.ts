// The tables of journal.db.
import { LEDGER_EVENTS } from '../results/ledger.ts'

/** Of another form is what an older or a newer Keyside has written. */
export const JOURNAL_VERSION = 10

/** What the chat has changed or asked for. */
export const CHAT_EVENTS = ['tightened', 'loosening_requested', 'loosening_ended'] as const

/** Events are only ever added; each carries the hash of the one before it. */
export const SCHEMA = `
CREATE TABLE events (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  type TEXT NOT NULL,
  order_id TEXT,
  body TEXT NOT NULL CHECK (json_valid(body)),
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE
) STRICT;
CREATE INDEX events_of_order ON events (order_id, seq) WHERE order_id IS NOT NULL;
-- The last line of defence: what the core must never do twice, the disk does not take twice.
CREATE UNIQUE INDEX one_signal ON events (body ->> 'stream', body ->> 'epoch', body ->> 'seq')
  WHERE type = 'signal';
CREATE UNIQUE INDEX one_intent ON events (order_id)
  WHERE type = 'step' AND body ->> 'event' = 'initialize';
-- Both sides of one trade can be ours, so the order is part of the name.
CREATE UNIQUE INDEX one_fill ON events (body ->> 'market', body ->> '$.trade.id', order_id)
  WHERE type = 'fill';
-- An order is looked up by its number at the exchange at every comparison.
CREATE INDEX events_by_number ON events (body ->> 'exchangeId')
  WHERE body ->> 'exchangeId' IS NOT NULL;
-- What results are made of (results/): a small part of all.
CREATE INDEX events_of_results ON events (seq) WHERE type IN
  (${LEDGER_EVENTS.map((type) => `'${type}'`).join(', ')});

-- What the chat has changed is read by every terminal that looks at the policy.
CREATE INDEX events_of_chat ON events (seq) WHERE type IN
  (${CHAT_EVENTS.map((type) => `'${type}'`).join(', ')});

CREATE TABLE reports (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  event TEXT NOT NULL CHECK (json_valid(event))
) STRICT;
-- At most one: what the events before its own add up to.
CREATE TABLE snapshots (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  seq INTEGER NOT NULL,
  version TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE TABLE kept (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
PRAGMA user_version = ${JOURNAL_VERSION};
`
