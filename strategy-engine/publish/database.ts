// The engine's database: the position of each stream, every signal that was signed, and what strategies remember.
import type { DatabaseSync } from 'node:sqlite'
import { KeysideError, openDatabase, openLocked } from '@keyside/runtime'

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS streams (
    name TEXT PRIMARY KEY,
    plan TEXT NOT NULL,
    market TEXT NOT NULL,
    seq INTEGER NOT NULL,
    hash TEXT NOT NULL,
    position TEXT NOT NULL CHECK (position IN ('long', 'flat')),
    since INTEGER NOT NULL,
    last_candle REAL,
    -- Of a stream that runs: its market and timeframe in closes, and the last candle of the past that it was given.
    follows TEXT,
    follows_after REAL
  ) STRICT;
  -- The last candle that all streams of a market and timeframe are done with, written once for all of them.
  CREATE TABLE IF NOT EXISTS closes (
    name TEXT PRIMARY KEY,
    start REAL NOT NULL
  ) STRICT;
  -- What the strategies of a market and timeframe remember, stored now and then for all of them.
  CREATE TABLE IF NOT EXISTS states (
    market TEXT PRIMARY KEY,
    version TEXT NOT NULL,
    head TEXT NOT NULL,
    numbers BLOB NOT NULL,
    digest TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS signals (
    stream TEXT NOT NULL REFERENCES streams (name),
    seq INTEGER NOT NULL,
    jti TEXT NOT NULL UNIQUE,
    token TEXT NOT NULL,
    exp REAL NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('unsent', 'sent', 'missed')),
    PRIMARY KEY (stream, seq)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS unsent ON signals (stream, seq) WHERE state = 'unsent';
`

/** `path` may be `:memory:`. Throws `database_busy`. */
export function openOutbox(path: string): DatabaseSync {
  return openDatabase(path, SCHEMA)
}

/** For one engine: two would number their signals from one outbox. Throws `engine_locked` or `database_busy`. */
export function openExclusive(path: string): { database: DatabaseSync; close: () => void } {
  const opened = openLocked(path, openOutbox)
  if (opened !== null) return { database: opened.value, close: opened.close }
  throw new KeysideError(
    'engine_locked',
    `another engine uses ${path}: use that one, or stop it first`,
  )
}
