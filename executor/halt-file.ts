// Files by which a terminal asks the executor for a halt, or for its end, and by which it answers. A halt's file halts
// also an executor that starts later, whatever else is down. With the word "sell" it also sells.
import { chownSync, existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { privateFolder, readText, writePrivate } from '@keyside/runtime'
import { z } from 'zod'

/** In a container only `run` can be written. */
export function haltFile(home: string): string {
  return join(home, 'run', 'HALT')
}

export function unhaltFile(home: string): string {
  return join(home, 'run', 'UNHALT')
}

const answer = z.object({
  /** The text of the request. */
  to: z.string(),
  /** Of the executor, new at each start. */
  session: z.string(),
  trading: z.enum(['running', 'paused', 'halted']),
  /** What becomes of what is held. */
  positions: z.enum(['keep', 'sell']),
  held: z.array(z.object({ stream: z.string(), market: z.string(), amount: z.string() })),
})
/** Written when what it says is durable. */
export type HaltAnswer = z.infer<typeof answer>

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

/** One that sells is not made one that keeps. Returns what the answer will be `to`. */
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

const unhaltRequest = z.object({ at: z.number(), by: z.string(), id: z.string() })

export function askForUnhalt(home: string, request: z.infer<typeof unhaltRequest>): string {
  const text = `${JSON.stringify(request)}\n`
  writeInto(home, unhaltFile(home), text)
  return text
}

/** Null for none, and for one that makes no sense. */
export function readUnhalt(
  file: string,
): (z.infer<typeof unhaltRequest> & { readonly text: string }) | null {
  try {
    const text = readText(file)
    return { ...unhaltRequest.parse(JSON.parse(text)), text }
  } catch {
    return null
  }
}

export function writeAnswer(request: string, content: HaltAnswer): void {
  writePrivate(answerFile(request), `${JSON.stringify(content)}\n`)
}

/** The answer to exactly this text, once it is there. */
export function readAnswer(request: string, text: string): HaltAnswer | null {
  try {
    const read = answer.parse(JSON.parse(readText(answerFile(request))))
    return read.to === text ? read : null
  } catch {
    return null
  }
}

function answerFile(request: string): string {
  return `${request}.answer`
}

/** What root leaves in another user's home, that user's executor must be able to read and to take away, at once. */
function writeInto(home: string, file: string, text: string): void {
  const owner = process.getuid?.() === 0 ? statSync(home) : undefined
  if (owner !== undefined) {
    privateFolder(dirname(file))
    chownSync(dirname(file), owner.uid, owner.gid)
  }
  writePrivate(file, text, owner)
}
