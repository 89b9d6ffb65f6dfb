// How a command ends: its exit code, and its error as a sentence for a person.
import { databaseBusy, fileRefused, isBusy, KeysideError } from '@keyside/runtime/base'

/** 1: something broke; 3: a refusal with a code, which says what to do. */
export const EXIT = { ok: 0, failed: 1, refused: 3 } as const

/** Turns a database lock, and what the system answers about a file, into its KeysideError. */
export function explainError(error: unknown): unknown {
  if (error instanceof KeysideError) return error
  if (isBusy(error)) return databaseBusy('a database of this home', error)
  return fileRefused(error) ?? error
}
