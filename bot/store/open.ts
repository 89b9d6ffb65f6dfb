// Opens bot.db: what must outlive the bot, private to its user.
import { chmodSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import {
  databaseBusy,
  isBusy,
  KeysideError,
  LONG_BUSY_TIMEOUT_MS,
  openLocked,
  privateFolder,
} from '@keyside/runtime'

export type Store = DatabaseSync

const VERSION = 13

const TABLES = `
CREATE TABLE owner (one INTEGER PRIMARY KEY CHECK (one = 1), user INTEGER NOT NULL, chat INTEGER NOT NULL, since INTEGER NOT NULL) STRICT;
CREATE TABLE seen_update (id INTEGER NOT NULL, what TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (id, what)) STRICT;
CREATE TABLE device (
  name TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  signed REAL NOT NULL,
  heard INTEGER NOT NULL,
  presence TEXT NOT NULL CHECK (presence IN ('unknown', 'online', 'offline')),
  journal TEXT NOT NULL,
  money TEXT NOT NULL CHECK (money IN ('paper', 'not_paper'))
) STRICT;
CREATE TABLE delivered_report (device TEXT NOT NULL, seq INTEGER NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (device, seq, digest)) STRICT;
CREATE TABLE telegram_problem (one INTEGER PRIMARY KEY CHECK (one = 1), code TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE TABLE message (
  id INTEGER PRIMARY KEY,
  key TEXT UNIQUE,
  chat INTEGER NOT NULL,
  device TEXT,
  kind TEXT,
  content TEXT NOT NULL,
  version INTEGER NOT NULL,
  sent INTEGER NOT NULL,
  position INTEGER NOT NULL,
  at INTEGER NOT NULL,
  telegram INTEGER,
  form TEXT CHECK (form IN ('text', 'photo')),
  pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1)),
  answers INTEGER REFERENCES message (id) ON DELETE SET NULL,
  attempt INTEGER,
  trace TEXT
) STRICT;
CREATE INDEX message_waiting ON message (position) WHERE version > sent;
CREATE INDEX message_position ON message (position);
CREATE INDEX message_shown ON message (chat, telegram);
CREATE INDEX message_answers ON message (answers) WHERE answers IS NOT NULL;
CREATE TABLE card (
  order_id TEXT PRIMARY KEY,
  device TEXT NOT NULL,
  needed TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'pressed', 'answered', 'closed')),
  note TEXT NOT NULL,
  user INTEGER NOT NULL,
  chat INTEGER NOT NULL,
  view TEXT NOT NULL DEFAULT 'order' CHECK (view IN ('order', 'less')),
  shown REAL NOT NULL,
  expires REAL NOT NULL,
  pressed REAL NOT NULL,
  message INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX card_message ON card (message);
CREATE INDEX card_open ON card (state) WHERE state <> 'closed';
CREATE TABLE button_nonce (
  nonce TEXT PRIMARY KEY,
  order_id TEXT NOT NULL REFERENCES card (order_id) ON DELETE CASCADE,
  answer TEXT NOT NULL CHECK (answer IN ('approve', 'decline', 'less', 'why', 'half', 'third', 'own', 'back')),
  used INTEGER NOT NULL
) STRICT;
CREATE TABLE offered_button (
  nonce TEXT PRIMARY KEY,
  message INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
  user INTEGER NOT NULL,
  chat INTEGER NOT NULL,
  expires REAL NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('question', 'menu')),
  state TEXT NOT NULL CHECK (state IN ('offered', 'taken', 'over')),
  action TEXT NOT NULL,
  data TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT;
CREATE INDEX offered_button_message ON offered_button (message);
CREATE INDEX question_open ON offered_button (expires) WHERE kind = 'question' AND state <> 'over';
CREATE TABLE trade (
  id INTEGER PRIMARY KEY,
  device TEXT NOT NULL,
  stream TEXT NOT NULL,
  market TEXT NOT NULL,
  message INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
  story TEXT NOT NULL
) STRICT;
CREATE INDEX trade_of ON trade (device, stream, market);
CREATE TABLE kept_report (key TEXT PRIMARY KEY, device TEXT NOT NULL, seq INTEGER NOT NULL, report TEXT NOT NULL) STRICT;
CREATE TABLE repeated_message (
  key TEXT PRIMARY KEY,
  message INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
  count INTEGER NOT NULL,
  since INTEGER NOT NULL
) STRICT;
CREATE TABLE digest_entry (id INTEGER PRIMARY KEY, device TEXT, html TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE TABLE summary (
  kind TEXT NOT NULL CHECK (kind IN ('day', 'week', 'digest')),
  device TEXT NOT NULL,
  setting TEXT NOT NULL,
  due INTEGER NOT NULL,
  covered INTEGER NOT NULL,
  PRIMARY KEY (kind, device)
) STRICT;
CREATE TABLE settings (one INTEGER PRIMARY KEY CHECK (one = 1), value TEXT NOT NULL) STRICT;
PRAGMA user_version = ${VERSION};
`

/** How long a step waits for another program before it is tried again as a whole, ms. */
const BUSY_MS = 500

/** Throws a KeysideError `bot_database_unusable` or `database_busy`. `:memory:` keeps nothing. */
export function openStore(path: string): Store {
  try {
    if (path !== ':memory:') privateFolder(dirname(path))
    const store = new DatabaseSync(path, { timeout: LONG_BUSY_TIMEOUT_MS })
    if (path !== ':memory:') chmodSync(path, 0o600)
    // FULL: a report is acknowledged once it is on the disk.
    store.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
    migrate(store)
    store.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
    return store
  } catch (error) {
    throw isBusy(error) ? databaseBusy(path, error) : unusable(path, error)
  }
}

function unusable(path: string, error: unknown): KeysideError {
  const why = error instanceof Error ? error.message : String(error)
  return new KeysideError(
    'bot_database_unusable',
    `cannot use ${path}: ${why}; move the file away to start with a new one (the bot must then be claimed again)`,
    error,
  )
}

/** Only one bot may use it: two would send everything twice. Throws `bot_locked`, and what `openStore` throws. */
export function openExclusive(path: string): { store: Store; close: () => void } {
  const opened = openUnlessLocked(path)
  if (opened !== null) return { store: opened.value, close: opened.close }
  throw new KeysideError('bot_locked', `another bot uses ${path}: use that one, or stop it first`)
}

function openUnlessLocked(path: string) {
  try {
    return openLocked(path, openStore)
  } catch (error) {
    throw error instanceof KeysideError ? error : unusable(path, error)
  }
}

function migrate(store: Store): void {
  const version = Number(store.prepare('PRAGMA user_version').get()?.['user_version'])
  if (version === VERSION) return
  if (version !== 0) throw new Error(`it is of version ${version}, expected ${VERSION}`)
  transact(store, () => store.exec(TABLES))
}

/** All or nothing. Not nested. */
export function transact<T>(store: Store, run: () => T): T {
  store.exec('BEGIN IMMEDIATE')
  try {
    const result = run()
    store.exec('COMMIT')
    return result
  } catch (error) {
    if (store.isTransaction) store.exec('ROLLBACK')
    throw error
  }
}

const DAY_MS = 86_400_000
/** Telegram picks update ids anew after a week without updates. */
const UPDATES_KEPT_MS = 8 * DAY_MS
const MESSAGES_KEPT_MS = 30 * DAY_MS

/** Deletes what no button and no update can refer to any more. `now` in Unix ms. */
export function prune(store: Store, now: number): void {
  store.prepare('DELETE FROM seen_update WHERE at < ?').run(now - UPDATES_KEPT_MS)
  store.prepare('DELETE FROM message WHERE at < ? AND sent = version').run(now - MESSAGES_KEPT_MS)
}
