// What of a home goes into a backup: its files, each database as it is at one moment, and the secrets of its keychains.
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
} from 'node:fs'
import { join, relative, sep } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Keychain } from '@keyside/executor'
import { LONG_BUSY_TIMEOUT_MS, privateFolder } from '@keyside/runtime'
import { z } from 'zod'

export const backupContents = z.strictObject({
  /** ISO. */
  made: z.iso.datetime(),
  /** Where the home was. */
  home: z.string(),
  files: z.array(z.strictObject({ path: z.string(), data: z.base64() })),
  /** By the folder of the account, relative to the home: '' for its own. */
  secrets: z.record(z.string(), z.array(z.tuple([z.string(), z.string()]))),
})
export type BackupContents = z.infer<typeof backupContents>
export type Secrets = BackupContents['secrets'][string]

/** What a new machine makes by itself, downloads again, or must not have. */
const LEFT_OUT = ['run', 'logs', 'data', 'removed-accounts']
/** Locks, what SQLite keeps beside a database, the journal's mark, vaults whose secrets are read, and drafts. */
const NOT_KEPT =
  /\.lock$|-(?:wal|shm|journal)$|\.mark$|(?:^|\/)executor\/vault\.json$|\.[0-9a-f]{12}$/

const SQLITE = 'SQLite format 3\0'

/**
 * The bot's database comes before the journals, so that it never knows of more than they do. Programs may run: each
 * database is read as it was at one moment.
 */
export function filesOf(home: string): BackupContents['files'] {
  privateFolder(join(home, 'run'))
  const drafts = mkdtempSync(join(home, 'run', 'backup-'))
  try {
    return pathsOf(home).map((path) => ({
      path: path.split(sep).join('/'),
      data: read(join(home, path), join(drafts, 'snapshot.db')).toString('base64'),
    }))
  } finally {
    rmSync(drafts, { recursive: true })
  }
}

function pathsOf(home: string): string[] {
  const all = readdirSync(home, { recursive: true, withFileTypes: true })
  const order = (path: string) => (path.startsWith('bot') ? 0 : 1)
  return all
    .filter((entry) => entry.isFile())
    .map((entry) => relative(home, join(entry.parentPath, entry.name)))
    .filter((path) => !LEFT_OUT.includes(path.split(sep)[0] ?? ''))
    .filter((path) => !/^accounts[\\/][^\\/]+[\\/](?:run|logs)[\\/]/.test(path))
    .filter((path) => !NOT_KEPT.test(path.split(sep).join('/')))
    .sort((a, b) => order(a) - order(b) || (a < b ? -1 : 1))
}

function read(path: string, draft: string): Buffer {
  if (!isDatabase(path)) return readFileSync(path)
  const db = new DatabaseSync(path, { readOnly: true, timeout: LONG_BUSY_TIMEOUT_MS })
  try {
    db.prepare('VACUUM INTO ?').run(draft)
  } finally {
    db.close()
  }
  const data = readFileSync(draft)
  rmSync(draft)
  return data
}

function isDatabase(path: string): boolean {
  const file = openSync(path, 'r')
  try {
    const start = Buffer.alloc(SQLITE.length)
    readSync(file, start, 0, SQLITE.length, 0)
    return start.toString('latin1') === SQLITE
  } finally {
    closeSync(file)
  }
}

const EXCHANGE_KEY = 'exchange/'
/** A restored device is another one to whoever knew the old. */
const DEVICE_KEY = 'device/signing-key'

/** Exchange keys only when asked for. */
export async function secretsOf(
  keychain: Keychain,
  keys: 'with keys' | 'without',
): Promise<Secrets> {
  const names = (await keychain.names()).filter(
    (name) => name !== DEVICE_KEY && (keys === 'with keys' || !name.startsWith(EXCHANGE_KEY)),
  )
  const all = await Promise.all(
    names.map(async (name) => [name, await keychain.get(name)] as const),
  )
  return all.flatMap(([name, secret]) => (secret === null ? [] : [[name, secret]]))
}
