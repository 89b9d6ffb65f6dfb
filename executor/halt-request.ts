// The file by which a terminal, or a signal, asks for a halt. It halts also an executor that starts later, whatever else is
// down. With the word "sell" it also sells. No library is needed to ask: `keyside up` does.
import { chownSync, existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { privateFolder, readText, writePrivate } from '@keyside/runtime/base'

/** In a container only `run` can be written. */
export function haltFile(home: string): string {
  return join(home, 'run', 'HALT')
}

export interface HaltRequest {
  readonly text: string
  readonly positions: 'keep' | 'sell'
}

/** A file that cannot be read halts, and sells nothing. */
export function readHalt(file: string): HaltRequest | null {
  if (!existsSync(file)) return null
  try {
    const text = readText(file)
    return { text, positions: /\bsell\b/i.test(text) ? 'sell' : 'keep' }
  } catch {
    return { text: '', positions: 'keep' }
  }
}

/** A halt that sells is not replaced by one that keeps. Returns the text that the answer will name in `to`. */
export function askForHalt(
  home: string,
  { positions, now, id = '' }: { positions: 'keep' | 'sell'; now: number; id?: string },
): string {
  const file = haltFile(home)
  const sells = positions === 'sell' || readHalt(file)?.positions === 'sell'
  const text = `${sells ? 'sell ' : ''}${new Date(now).toISOString()}${id && ` ${id}`}\n`
  writeInto(home, file, text)
  return text
}

/** What root leaves in another user's home, that user's executor must be able to read and to take away, at once. */
export function writeInto(home: string, file: string, text: string): void {
  const owner = process.getuid?.() === 0 ? statSync(home) : undefined
  if (owner !== undefined) {
    privateFolder(dirname(file))
    chownSync(dirname(file), owner.uid, owner.gid)
  }
  writePrivate(file, text, owner)
}
