// The file whose presence halts the executor within a second, whatever else is down. With the word "sell" it also sells.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writePrivate } from '@keyside/runtime'

/** In a container only `run` can be written. */
export function haltFile(home: string): string {
  return join(home, 'run', 'HALT')
}

/** What is asked for there. A file that cannot be read halts, and sells nothing. */
export function haltAsked(file: string): 'nothing' | 'keep' | 'sell' {
  if (!existsSync(file)) return 'nothing'
  try {
    return /\bsell\b/i.test(readFileSync(file, 'utf8')) ? 'sell' : 'keep'
  } catch {
    return 'keep'
  }
}

/** One that sells is not made one that keeps. */
export function askForHalt(
  home: string,
  { positions, now }: { positions: 'keep' | 'sell'; now: number },
): undefined {
  const file = haltFile(home)
  const sells = positions === 'sell' || haltAsked(file) === 'sell'
  writePrivate(file, `${sells ? 'sell ' : ''}${new Date(now).toISOString()}\n`)
}
