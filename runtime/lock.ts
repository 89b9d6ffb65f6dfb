// A lock for one program per file, released by the operating system when the process ends.
import { chmodSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { isBusy } from './busy.ts'
import { privateFolder } from './files.ts'

/** Long enough for a backup that reads the lock file to finish, ms. */
const LOCK_TIMEOUT_MS = 1_000

/** Readers of `path` are not kept out: the lock is a file beside it. Null when another program has it. */
export function lockFile(path: string): (() => void) | null {
  privateFolder(dirname(path))
  const lock = new DatabaseSync(`${path}.lock`, { timeout: LOCK_TIMEOUT_MS })
  try {
    chmodSync(`${path}.lock`, 0o600)
    lock.exec('BEGIN EXCLUSIVE')
    return () => lock.close()
  } catch (error) {
    lock.close()
    if (isBusy(error)) return null
    throw error
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
