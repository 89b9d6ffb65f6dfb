// A lock for one program per file, released by the operating system when the process ends.
import { chmodSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { isBusy } from './busy.ts'
import { fileRefused } from './file-refused.ts'
import { privateFolder } from './files.ts'

/** Long enough for a backup that reads the lock file to finish, ms. */
const LOCK_TIMEOUT_MS = 1_000

/**
 * Readers of `path` are not kept out: the lock is a file beside it. Null when another program has it. Throws
 * `file_refused`.
 */
export function lockFile(path: string): (() => void) | null {
  const file = `${path}.lock`
  let lock: DatabaseSync | undefined
  try {
    privateFolder(dirname(path))
    const held = new DatabaseSync(file, { timeout: LOCK_TIMEOUT_MS })
    lock = held
    chmodSync(file, 0o600)
    held.exec('BEGIN EXCLUSIVE')
    return () => held.close()
  } catch (error) {
    lock?.close()
    if (isBusy(error)) return null
    throw fileRefused(error, file) ?? error
  }
}

/** For what only one program may use: the lock first, then `open`; without the lock again where that throws. */
export function openLocked<T extends { close(): void }>(
  path: string,
  open: (path: string) => T,
): { value: T; close: () => void } | null {
  const unlock = lockFile(path)
  if (unlock === null) return null
  try {
    const value = open(path)
    const close = () => {
      value.close()
      unlock()
    }
    return { value, close }
  } catch (error) {
    unlock()
    throw error
  }
}
