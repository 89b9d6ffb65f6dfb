// Collects a backup of a home: its files, each database as of one moment, and the secrets of its keychains.
import {
  type Dirent,
  existsSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { Keychain } from '@keyside/executor'
import {
  databaseBusy,
  fileRefused,
  isBusy,
  KeysideError,
  LONG_BUSY_TIMEOUT_MS,
  privateFolder,
  readBytes,
} from '@keyside/runtime'
import { z } from 'zod'

export const backupContents = z.strictObject({
  /** ISO. */
  made: z.iso.datetime(),
  /** Where the home was. */
  home: z.string(),
  /** The data are packed with gzip: all of it has to fit into one text. */
  files: z.array(z.strictObject({ path: z.string(), data: z.base64() })),
  /** By the folder of the account, relative to the home: '' for its own. */
  secrets: z.record(z.string(), z.array(z.tuple([z.string(), z.string()]))),
})
export type BackupContents = z.infer<typeof backupContents>
export type Secrets = BackupContents['secrets'][string]

/** Left out: what a new machine makes itself, downloads again, or must not have. */
const LEFT_OUT = ['run', 'logs', 'data', 'removed-accounts']
/** Locks, what SQLite keeps beside a database, the journal's mark, vaults whose secrets are read, and drafts. */
const NOT_KEPT =
  /\.lock$|-(?:wal|shm|journal)$|\.mark$|(?:^|\/)executor\/vault\.json$|\.[0-9a-f]{12}$/

const SQLITE = 'SQLite format 3\0'

/** Of all data together, characters: JavaScript's longest text is a quarter longer. */
const MAX_CHARACTERS = 400_000_000

/**
 * The bot's database comes before the journals, so that it never knows of more than they do. Programs may run: each
 * database is read as it was at one moment. A link counts as what it leads to. Throws `database_busy`, `file_refused` for
 * one that is damaged, and `backup_too_large`.
 */
export function filesOf(home: string, most = MAX_CHARACTERS): BackupContents['files'] {
  privateFolder(join(home, 'run'))
  const drafts = mkdtempSync(join(home, 'run', 'backup-'))
  let room = most
  try {
    return pathsOf(home).map((path) => {
      const data = gzipSync(read(join(home, path), join(drafts, 'snapshot.db'))).toString('base64')
      room -= data.length
      if (room < 0) throw tooLarge(join(home, path))
      return { path: path.split(sep).join('/'), data }
    })
  } finally {
    rmSync(drafts, { recursive: true })
  }
}

/** The bytes of one of `files`. */
export function unpacked({ data }: BackupContents['files'][number]): Buffer {
  return gunzipSync(Buffer.from(data, 'base64'))
}

function tooLarge(path: string): KeysideError {
  return new KeysideError(
    'backup_too_large',
    `with ${path} the backup has no room for all of this home: move out of it what is no part of it, such as recordings and other backups`,
  )
}

function pathsOf(home: string): string[] {
  const order = (path: string) => (path.startsWith('bot') ? 0 : 1)
  return filesIn(home, home, [])
    .map((path) => relative(home, path))
    .filter(isKept)
    .sort((a, b) => order(a) - order(b) || (a < b ? -1 : 1))
}

/** Whether a backup takes the file of this path in the home along. */
export function isKept(path: string): boolean {
  return !isLeftOut(dirname(path)) && !NOT_KEPT.test(path.split(sep).join('/'))
}

/** `within`: the real paths of the folders around it, so that a link to one of them has an end. */
function filesIn(home: string, folder: string, within: readonly string[]): string[] {
  const real = realpathSync(folder)
  if (within.includes(real) || isLeftOut(relative(home, folder))) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    const kind = kindOf(entry, path)
    if (kind === 'folder') return filesIn(home, path, [...within, real])
    return kind === 'file' ? [path] : []
  })
}

function isLeftOut(path: string): boolean {
  return (
    LEFT_OUT.includes(path.split(sep)[0] ?? '') ||
    /^accounts[\\/][^\\/]+[\\/](?:run|logs)(?:[\\/]|$)/.test(path)
  )
}

/** Null for a socket, a pipe, and a link that leads nowhere. */
function kindOf(entry: Dirent, path: string): 'file' | 'folder' | null {
  if (entry.isSymbolicLink() && !existsSync(path)) return null
  const found = entry.isSymbolicLink() ? statSync(path) : entry
  if (found.isDirectory()) return 'folder'
  return found.isFile() ? 'file' : null
}

function read(path: string, draft: string): Buffer {
  const bytes = path.endsWith('.db') ? null : readBytes(path)
  if (bytes !== null && bytes.toString('latin1', 0, SQLITE.length) !== SQLITE) return bytes
  try {
    using db = new DatabaseSync(path, { readOnly: true, timeout: LONG_BUSY_TIMEOUT_MS })
    db.prepare('VACUUM INTO ?').run(draft)
  } catch (error) {
    throw isBusy(error) ? databaseBusy(path, error) : (fileRefused(error, path) ?? error)
  }
  const data = readBytes(draft)
  rmSync(draft)
  return data
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
