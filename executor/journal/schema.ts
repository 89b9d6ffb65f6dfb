// The tables of journal.db, as the list of steps that made them. A step that was released is never edited.

/** The first Keyside. Facts only ever grow; each carries the hash of the one before it. */
const FIRST = `
CREATE TABLE facts (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  type TEXT NOT NULL,
  order_id TEXT,
  body TEXT NOT NULL CHECK (json_valid(body)),
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE
) STRICT;
CREATE INDEX facts_of_order ON facts (order_id, seq) WHERE order_id IS NOT NULL;
-- The last line of defence: what the core must never do twice, the disk does not take twice.
CREATE UNIQUE INDEX one_signal ON facts (body ->> 'stream', body ->> 'seq') WHERE type = 'signal';
CREATE UNIQUE INDEX one_intent ON facts (order_id)
  WHERE type = 'step' AND body ->> 'event' = 'intend';
-- Both sides of one trade can be ours, so the order is part of the name.
CREATE UNIQUE INDEX one_fill ON facts (body ->> 'market', body ->> '$.trade.id', order_id)
  WHERE type = 'fill';
CREATE TABLE reports (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  event TEXT NOT NULL CHECK (json_valid(event))
) STRICT;
CREATE TABLE kept (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
`

/** An order is looked up by its number at the exchange at every comparison. */
const BY_NUMBER = `
CREATE INDEX facts_by_number ON facts (body ->> 'exchangeId')
  WHERE body ->> 'exchangeId' IS NOT NULL;
`

export const MIGRATIONS: readonly string[] = [FIRST, BY_NUMBER]
