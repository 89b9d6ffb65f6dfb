// The tables of authority.db. Times are seconds since 1970; lists are JSON.

export const SCHEMA = `
  CREATE TABLE IF NOT EXISTS invitations (
    id TEXT PRIMARY KEY,
    client TEXT NOT NULL,
    plans TEXT NOT NULL,
    until REAL NOT NULL,
    connect_hash TEXT NOT NULL,
    enroll_key TEXT NOT NULL,
    made REAL NOT NULL,
    expires REAL NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'used', 'withdrawn')),
    kid TEXT,
    used REAL,
    others INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE IF NOT EXISTS subscribers (
    client TEXT PRIMARY KEY,
    invitation TEXT NOT NULL,
    key TEXT NOT NULL,
    plans TEXT NOT NULL,
    until REAL NOT NULL,
    invited REAL NOT NULL,
    enrolled REAL NOT NULL,
    terms TEXT NOT NULL,
    versions TEXT NOT NULL,
    access TEXT NOT NULL,
    issued REAL NOT NULL,
    presence TEXT NOT NULL CHECK (presence IN ('online', 'offline')),
    seen REAL,
    removed REAL
  ) STRICT;
  -- Access tokens of a client that were issued before: refused by the broker.
  CREATE TABLE IF NOT EXISTS refused (client TEXT PRIMARY KEY, before REAL NOT NULL) STRICT;
  -- At most one: what the broker was last given, and by which the engine may go.
  CREATE TABLE IF NOT EXISTS published (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL,
    kids TEXT NOT NULL,
    plans TEXT NOT NULL
  ) STRICT;
`
