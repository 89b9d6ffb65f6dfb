// Files that only their owner may read, written whole or not at all.
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fchownSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { KeysideError } from './error.ts'
import { readTextIfThere } from './read-file.ts'

/** Makes the folder with mode 0700 where there is none. */
export function privateFolder(path: string): void {
  // Who may only read it, or write a file in it, need not be allowed to make it.
  if (!isThere(path)) mkdirSync(path, { recursive: true, mode: 0o700 })
}

/** Also a folder that this process may not look at: what it does in it says whether it is there. */
function isThere(path: string): boolean {
  try {
    return existsSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_ACCESS_DENIED') return true
    throw error
  }
}

/** Whether others than its owner may read it. False where there are no modes. */
export function isOpenToOthers(path: string): boolean {
  if (process.platform === 'win32') return false
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat !== undefined && (stat.mode & 0o077) !== 0
}

/** Sets mode 0700 on a home that was made by hand or restored from a backup. No other folder is touched. */
export function restrictHome(home: string): void {
  try {
    if (!isOpenToOthers(home) || !existsSync(join(home, 'config.yaml'))) return
    if (statSync(home).uid === process.getuid?.()) chmodSync(home, 0o700)
  } catch {
    // On a read-only disk: "keyside doctor" reports it, and nothing has to stop for it.
  }
}

const { O_WRONLY, O_CREAT, O_EXCL } = constants
/** On the disk when it is written: a program behind walls may not ask for that later. Windows has libuv's number for it. */
const O_SYNC = constants.O_SYNC ?? 0x0800_0000
const NEW_AND_SYNCED = O_WRONLY | O_CREAT | O_EXCL | O_SYNC

/** Writes with mode 0600 to a new file, which then takes the place of the old one. Only root may name an `owner`. */
export function writePrivate(
  path: string,
  text: string | Uint8Array,
  owner?: { readonly uid: number; readonly gid: number },
): void {
  privateFolder(dirname(path))
  // With the first file: it takes two megabytes, and a process that only watches over others writes none.
  const { randomBytes } = process.getBuiltinModule('node:crypto')
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  try {
    const file = openSync(draft, NEW_AND_SYNCED, 0o600)
    try {
      writeFileSync(file, text)
      if (owner !== undefined) fchownSync(file, owner.uid, owner.gid)
    } finally {
      closeSync(file)
    }
    renameSync(draft, path)
  } catch (error) {
    removeDraft(draft)
    // Whoever reads of it knows nothing of a draft.
    throw Object.assign(error as NodeJS.ErrnoException, { path })
  }
}

/** It may hold a secret, and on a full disk each try would leave another one. */
function removeDraft(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // What is told is why the file could not be written.
  }
}

/** The text of a secret file without its last line end and the mark that editors put first. Refuses one that others may read. */
export function readSecret(path: string): string {
  if (isOpenToOthers(path))
    throw new KeysideError(
      'file_not_private',
      `others may read ${path}: run chmod 600 ${path}; where that changes nothing, the disk keeps no modes, as one of Windows below WSL: keep it on another`,
    )
  const text = readTextIfThere(path)
  if (text === null)
    throw new KeysideError(
      'file_unreadable',
      `there is no file ${path}: put it back, or correct its name`,
    )
  // A passphrase that is typed in later has no such letters in between.
  if (text.includes('\0'))
    throw new KeysideError(
      'file_unreadable',
      `${path} is no plain text, as UTF-16 from PowerShell is none: save it as UTF-8`,
    )
  return text.replace(/^\ufeff/, '').replace(/\r?\n$/, '')
}
