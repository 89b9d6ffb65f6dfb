// One executor for each API key: two would share its limits, and each would see the other's orders as external.
import { createHash } from 'node:crypto'
import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { KeysideError, lockFile } from '@keyside/runtime'
import type { Keychain } from './port.ts'
import { type ExchangeKeys, requireExchangeKeys } from './secrets.ts'

/**
 * Reads those of the account, also after another has taken their place, and keeps each for this executor until `onStop` is
 * called. What it returns rejects with `exchange_key_missing` and `key_in_use`.
 */
export function ownKeys(
  keychain: Keychain,
  {
    account,
    folder,
    onStop,
  }: { account: string; folder: string; onStop: (undo: () => void) => void },
): () => Promise<ExchangeKeys> {
  const held = new Set<string>()
  return async () => {
    const keys = await requireExchangeKeys(keychain, account)
    if (!held.has(keyFingerprint(keys))) onStop(lockKey(folder, keys))
    held.add(keyFingerprint(keys))
    return keys
  }
}

/** Says which API key it is, and nothing about its secret. */
export function keyFingerprint({ exchange, apiKey }: ExchangeKeys): string {
  return createHash('sha256').update(`${exchange} ${apiKey}`).digest('hex').slice(0, 32)
}

/**
 * Among the executors whose locks are in `folder`, until what it returns is called or this process ends. Throws
 * `key_in_use` when another has it. Where the folder cannot be written, as in a container that sees no other
 * executor, nothing is held.
 */
export function lockKey(folder: string, keys: ExchangeKeys): () => void {
  const path = join(folder, `key-${keyFingerprint(keys)}`)
  const before = inode(path)
  const unlock = tryLock(path)
  if (unlock === 'unwritable') return () => undefined
  // The holder removes its file at the end, so a lock on a removed or replaced file does not count.
  const after = inode(path)
  const isKept = after !== null && (before === null || before === after)
  if (unlock !== null && isKept)
    return () => {
      forget(path)
      unlock()
    }
  unlock?.()
  throw new KeysideError(
    'key_in_use',
    'another executor of this user trades with the API key of this account: make one key for each account, or stop the other one',
  )
}

function tryLock(path: string): (() => void) | 'unwritable' | null {
  try {
    return lockFile(path)
  } catch {
    return 'unwritable'
  }
}

function inode(path: string): bigint | null {
  return statSync(`${path}.lock`, { bigint: true, throwIfNoEntry: false })?.ino ?? null
}

/** Where a file that is open cannot be removed it stays, empty. */
function forget(path: string): void {
  try {
    rmSync(`${path}.lock`, { force: true })
  } catch {
    return
  }
}
